"""Tells greetings, thanks and calls for help from questions."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from kb.text.fold import fold

_FILLER = "filler"
_LONGEST = 80
_BETWEEN = re.compile(r"[\W_]+")


def small_talk(text: str) -> str | None:
    """Return "hello", "thanks" or "help" if a message is nothing else, by what it says first."""
    rest = _BETWEEN.sub(" ", fold(text)).strip() if len(text) <= _LONGEST else ""
    kind: str | None = None
    while rest:
        match = _pattern().match(rest)
        if not match:
            return None
        said = _kinds()[match[1]]
        kind = kind or (said if said != _FILLER else None)
        rest = rest[match.end() :].lstrip()
    return kind


@cache
def _kinds() -> dict[str, str]:
    kinds: dict[str, str] = {}
    for line in (files("kb.question") / "small_talk.txt").read_text("utf-8").splitlines():
        kind, colon, phrases = line.partition(": ")
        if colon and not line.startswith("#"):
            kinds.update((fold(phrase), kind) for phrase in phrases.split(", "))
    return kinds


@cache
def _pattern() -> re.Pattern[str]:
    """Match the longest phrase; one in Latin script ends where its word does."""
    longest_first = sorted(_kinds(), key=len, reverse=True)
    return re.compile(
        "("
        + "|".join(re.escape(p) + (r"(?!\w)" if p[-1].isascii() else "") for p in longest_first)
        + ")"
    )
