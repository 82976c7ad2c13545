"""The width of text in a monospaced font."""

from __future__ import annotations

import unicodedata


def text_width(text: str) -> int:
    """Return the columns a line takes: one per letter, two per Chinese or Japanese character."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
