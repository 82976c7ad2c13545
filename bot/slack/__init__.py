"""The wire to Slack: posting exactly once, answers that show their progress, installations.

What to post is decided elsewhere.
"""
