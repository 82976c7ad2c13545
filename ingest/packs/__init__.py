"""Vocabulary packs: how people ask about the problems of a field (docs/packs.md)."""
