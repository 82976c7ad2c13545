"""Finds secrets in text.

The YAML tables define the kinds; the modules find them, each in time linear in the text's length.
Nothing here changes a text.
"""
