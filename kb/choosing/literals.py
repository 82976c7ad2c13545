"""Finds what must not be translated: commands, labels, addresses, identifiers."""

from __future__ import annotations

import re

from kb.text.fold import normalised

_CODE = re.compile(r"`+([^`]+)`+")
_LABEL = re.compile(r"\*\*([^*]+)\*\*")
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s<>\"'`、。」)）]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s<>\"'`、。」)）]*)?(?![\w])"
    r"|(?:javascript|mailto|data|file|tel|slack):[^\s]+",
    re.IGNORECASE | re.ASCII,
)
_NAME = re.compile(
    r"\$[{(][^\s})]*[})]"
    r"|(?<![\w-])--?[A-Za-z][\w-]*"
    r"|~?(?:/[\w.@-]+)+"
    r"|[A-Za-z0-9_]+(?:(?:::?|[_\\=@#]|/|\.)[A-Za-z0-9_*${}-]+)+"
    r"|\b[a-z]+(?:[A-Z][a-z0-9]*)+|\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+|\b[A-Za-z]+_\w+"
    r"|\b(?=[A-Z]*\d)[A-Z][A-Z0-9]+\b",
    re.ASCII,
)
_FIGURES = re.compile(r"[\d.,:/-]+", re.ASCII)


def literals(text: str) -> list[str]:
    """Return the parts of a text that a translation must keep unchanged."""
    text = normalised(text)
    found: list[str] = []
    for pattern in (_CODE, _LABEL, _ADDRESS, _NAME):
        for match in pattern.finditer(text):
            words = (match[1] if pattern.groups else match[0]).strip().rstrip(".,;:!?")
            if words and not _FIGURES.fullmatch(words):
                found.append(words)
        if pattern is not _LABEL:
            text = pattern.sub(" ", text)
    return found


def prose(text: str) -> str:
    """Return a text without its commands, labels, addresses and identifiers."""
    for pattern in (_CODE, _LABEL, _ADDRESS, _NAME):
        text = pattern.sub(" ", text)
    return text


def holds(text: str, literal: str) -> bool:
    """Whether a text contains a literal, and not just within a longer one."""
    words = re.escape(normalised(literal))
    return bool(re.search(rf"(?<![A-Za-z0-9_-]){words}(?![A-Za-z0-9_-])", normalised(text)))
