"""From guides to what a snapshot holds: chunks and vectors, and what the search needs besides.

Where it is written is for ingest.publish to say.
"""
