"""Shows what was understood of documents: as a tree in the terminal, as a page, as JSON.

Nothing here judges it; that is for ingest.lint.
"""
