"""The embedding model, and the packaged one that needs no model hub.

What is embedded, and why, is decided elsewhere.
"""
