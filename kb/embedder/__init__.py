"""The embedding model, including the shipped one that needs no model hub.

What is embedded, and why, is decided elsewhere.
"""
