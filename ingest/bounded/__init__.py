"""Reading sources in a process of its own, which may be ended: with bounds in time and memory.

What is made of a source there is for ingest.reading, ingest.lint and ingest.preview to say.
"""
