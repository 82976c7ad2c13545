"""How wide a text is where all characters have one width."""

from __future__ import annotations

import unicodedata


def text_width(text: str) -> int:
    """Return the columns that a line takes: a letter one, a Chinese or Japanese character two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
