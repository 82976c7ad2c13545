"""What Slack shows: pure functions from values to blocks.

Nothing here calls Slack or reads the database.
"""
