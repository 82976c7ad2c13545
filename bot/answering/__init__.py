"""From a question in Slack to its answer: who may ask, what to reply, and to whom.

Layout belongs in bot.views, posting in bot.slack.
"""
