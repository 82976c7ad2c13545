"""From a question in Slack to its answer there: who may ask, what is said, who is told.

How it looks is for bot.views, how it is posted for bot.slack.
"""
