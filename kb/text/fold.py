"""Text in the form that words are compared in."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return a text in the form that words are compared in: no case, accents or wide letters."""
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    if text.isascii():
        return text
    kept: list[str] = []
    for character in unicodedata.normalize("NFD", text):
        if not (unicodedata.combining(character) and kept and kept[-1].isascii()):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))
