"""Migrations of the database; bot.memory.store applies the missing ones at start-up."""
