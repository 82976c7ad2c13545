"""Tells greetings, thanks, calls for help and other short words from questions."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from kb.text.fold import fold

_FILLER = "filler"
_LONGEST = 80
_BETWEEN = re.compile(r"(?:<3|[\W_])+")


def small_talk(text: str) -> str | None:
    """Return what kind of small talk a message is (small_talk.txt), if it is nothing else.

    Of several kinds it is the first; but who thanks or agrees while saying no says no.
    """
    rest = _BETWEEN.sub(" ", fold(text)).strip() if len(text) <= _LONGEST else ""
    kind: str | None = None
    while rest:
        match = _pattern().match(rest)
        if not match:
            return None
        said = _kinds()[match[1]]
        if said != _FILLER and _outweighs(said, kind):
            kind = said
        rest = rest[match.end() :].lstrip()
    return kind


def _outweighs(said: str, kind: str | None) -> bool:
    if kind == "thanks":
        return said in ("no", "stop")
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
    """Match the longest phrase; one in Latin script ends where its word does."""
    longest_first = sorted(_kinds(), key=len, reverse=True)
    return re.compile(
        "("
        + "|".join(re.escape(p) + (r"(?!\w)" if p[-1].isascii() else "") for p in longest_first)
        + ")"
    )
