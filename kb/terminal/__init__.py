"""Asking in the terminal: `guidebot ask` and `guidebot chat`.

What is answered is decided in kb.knowledge_base.
"""
