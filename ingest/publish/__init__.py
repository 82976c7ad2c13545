"""Publishes a snapshot: written to the side, checked, then made live by one rename.

Nothing here computes what a snapshot holds.
"""
