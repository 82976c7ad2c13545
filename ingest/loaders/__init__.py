"""A folder a format: each turns a file's bytes into a Document of Markdown.

What the Markdown says is for ingest.parse to say.
"""
