"""From a question to ranked sections.

What is answered from them is decided in kb.answer; files are read in kb.snapshot.
"""
