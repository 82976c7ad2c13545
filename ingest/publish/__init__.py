"""From what was made to a live snapshot: written aside, checked, then put in place by one rename.

Nothing here computes what a snapshot holds.
"""
