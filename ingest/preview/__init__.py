"""Shows how documents were parsed: as a tree in the terminal, as a page, as JSON.

Nothing here judges the result; that is up to ingest.lint.
"""
