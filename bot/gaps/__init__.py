"""What people ask and do not find, for the docs team.

Nothing here runs while the bot answers.
"""
