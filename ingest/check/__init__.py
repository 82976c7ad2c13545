"""What a new snapshot changes, and whether golden questions are answered worse with it.

Nothing here publishes.
"""
