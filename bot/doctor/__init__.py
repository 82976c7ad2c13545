"""`guidebot doctor`: checks of everything the bot needs, with advice on how to fix it."""
