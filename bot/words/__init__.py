"""The strings that only Slack needs, in every language the bot speaks.

Those shared with the terminal are in kb.words.
"""
