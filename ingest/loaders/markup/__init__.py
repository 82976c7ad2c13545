"""Reduces HTML of any origin to the few structures that Markdown has.

Which part of a page is the guide is up to ingest.loaders.html.
"""
