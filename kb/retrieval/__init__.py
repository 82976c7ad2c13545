"""From a question to ranked problems.

kb.answer decides what to answer from them; kb.snapshot reads the files.
"""
