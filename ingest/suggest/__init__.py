"""Drafts of how people ask about a guide's problems: asked for, read, kept beside it, decided on.

What drafts count for is the index's (ingest.index.draft_use).
"""
