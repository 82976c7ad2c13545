"""Headings, steps and questions that a text only types: found by evidence, for all formats alike.

What is found becomes the Markdown that its author would have written, so that nothing after
this needs to know of it.
"""
