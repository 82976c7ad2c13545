"""Normalises text for comparing it."""

from __future__ import annotations

import re
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


def normalised(text: str) -> str:
    """Return a text normalised to NFKC, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def letters_and_digits(text: str) -> str:
    """Return a text's letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", text).lower()
