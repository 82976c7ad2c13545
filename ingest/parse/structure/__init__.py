"""Recovers headings, steps and questions that are only typed, by evidence, in all formats.

They become the Markdown that the author would have written, so that later stages need not know.
"""
