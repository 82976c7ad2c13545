"""Where guides come from: files, the web, git, and the file that lists them.

What their bytes mean is up to ingest.loaders.
"""
