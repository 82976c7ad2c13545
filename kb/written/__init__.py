"""Answers that a language model writes from the guides, and that are checked against them."""
