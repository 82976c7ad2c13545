"""HTML of any origin, brought into the few shapes that Markdown has: what its elements mean.

Which part of a page is a guide is for ingest.loaders.html to say.
"""
