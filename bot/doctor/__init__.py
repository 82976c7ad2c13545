"""`guidebot doctor`: all that the bot needs, looked at, with what to do about what is wrong."""
