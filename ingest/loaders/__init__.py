"""Loaders, a folder per format: each turns a file's bytes into a Document of Markdown.

What the Markdown means is up to ingest.parse.
"""
