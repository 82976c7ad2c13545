"""From guides to a snapshot's contents: chunks, vectors, and the other data that search needs.

Where they are written is up to ingest.publish.
"""
