"""Wordings learned from what people ask and choose, beyond those in the guides' files."""
