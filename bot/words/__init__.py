"""The words that only Slack needs, in every language that the bot speaks.

What the terminal says, too, is in kb.words.
"""
