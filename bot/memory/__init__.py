"""The bot's database: questions, their outcomes, and feedback.

Its tables are created in bot.migrations.
"""
