"""Asking in the terminal, `guidebot ask` and `guidebot chat`, and the way of all output there.

What is answered is decided in kb.knowledge_base.
"""
