"""Drafts of how people ask about a guide's problems: requested, parsed, stored, reviewed.

How drafts are used is up to ingest.index.draft_use.
"""
