"""Published snapshots on disk: their format, and how they are opened.

What goes into one is decided in ingest.
"""
