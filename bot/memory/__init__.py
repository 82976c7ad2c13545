"""The bot's database: what was asked, what came of it, how it was rated.

Its tables are made in bot.migrations.
"""
