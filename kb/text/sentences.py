"""Splits text into sentences with sentencex (https://github.com/wikimedia/sentencex)."""

from __future__ import annotations

import re

import sentencex

# sentencex 1.0 panics on a letter followed by one of these and a full stop.
_WIDE_SPACE = re.compile(r"[^\S\n\t\r\f\v ]")


def sentences(text: str, language: str) -> list[str]:
    """Return the sentences of `text` in order; joined, they give the text again."""
    found: list[str] = []
    at = 0
    for sentence in sentencex.segment(language, _WIDE_SPACE.sub(" ", text)):
        found.append(text[at : at + len(sentence)])
        at += len(sentence)
    return found
