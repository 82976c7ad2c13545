"""Answers questions from a published snapshot of the guides."""
