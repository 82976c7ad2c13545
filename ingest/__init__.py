"""Turns guides on disk into a published snapshot."""
