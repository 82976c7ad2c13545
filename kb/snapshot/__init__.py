"""Published snapshots: their format, opening them, which one is live, and the shared store.

Ingest decides what goes into one.
"""
