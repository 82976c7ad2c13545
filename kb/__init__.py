"""Answers a question from a published snapshot of the guides."""
