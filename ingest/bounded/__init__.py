"""Reads sources in a separate process that can be killed, within limits on time and memory.

What is made of a source there is up to ingest.reading, ingest.lint and ingest.preview.
"""
