"""Where guides come from: files, the web, git, and the file that names them.

What their bytes mean is for ingest.loaders to say.
"""
