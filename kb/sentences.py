"""Sentences of a text, by sentencex (https://github.com/wikimedia/sentencex)."""

from __future__ import annotations

import sentencex


def sentences(text: str, language: str) -> list[str]:
    """Return the sentences of `text` in order; joined, they are the text again."""
    return list(sentencex.segment(language, text))
