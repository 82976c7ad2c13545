"""Answers in the terminal, `guidebot ask` and `guidebot chat`, and all terminal output.

What is answered is decided in kb.knowledge_base.
"""
