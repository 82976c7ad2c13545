"""What a language model does for an answer: it writes and translates steps, each checked.

Without CHAT_MODEL nothing here is used.
"""
