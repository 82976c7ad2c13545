"""Case folding for comparing words."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return a text for comparing words: lower case, without accents or full-width letters."""
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    if text.isascii():
        return text
    kept: list[str] = []
    for character in unicodedata.normalize("NFD", text):
        if not (unicodedata.combining(character) and kept and kept[-1].isascii()):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))
