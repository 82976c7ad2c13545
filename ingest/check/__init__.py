"""What a new snapshot changes, and whether it answers golden questions worse.

Nothing here publishes.
"""
