"""Tells greetings, thanks, calls for help and other small talk from questions."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from kb.text.fold import fold

_FILLER = "filler"
# Longer messages are questions. Chosen by hand.
_MAX_CHARACTERS = 80
_BETWEEN = re.compile(r"(?:<3|[\W_])+")


def small_talk(text: str) -> str | None:
    """Return the kind of small talk that a message consists of (small_talk.txt), if any.

    Of several kinds the first counts, except that "no" and "stop" outweigh thanks, and anything
    outweighs agreement.
    """
    rest = _BETWEEN.sub(" ", fold(text)).strip() if len(text) <= _MAX_CHARACTERS else ""
    kind: str | None = None
    while rest:
        match = _pattern().match(rest)
        if not match:
            return None
        next_kind = _kinds()[match[1]]
        if next_kind != _FILLER and _outweighs(next_kind, kind):
            kind = next_kind
        rest = rest[match.end() :].lstrip()
    return kind


def _outweighs(other: str, kind: str | None) -> bool:
    if kind == "thanks":
        return other in ("no", "stop")
    return kind in (None, "fine")


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
    """Return a pattern for the longest phrase; one in Latin script has to end with its word."""
    longest_first = sorted(_kinds(), key=len, reverse=True)
    return re.compile(
        "("
        + "|".join(re.escape(p) + (r"(?!\w)" if p[-1].isascii() else "") for p in longest_first)
        + ")"
    )
