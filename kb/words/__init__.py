"""The bot's own words, in every language that it speaks.

A guide's words are never here.
"""
