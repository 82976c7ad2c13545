"""The bot's own texts, in every language that it speaks.

Text from guides is never here.
"""
