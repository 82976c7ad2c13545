"""The wire to Slack: posting once, answers that come about in view, installations.

What is posted is decided elsewhere.
"""
