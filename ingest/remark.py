"""Remarks: what people should know about how a source was read."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import islice

from kb.model import Frozen

# How many texts are quoted, and how many characters of each; chosen by hand.
_MAX_QUOTED = 3
_LONGEST = 60


class RemarkKind(StrEnum):
    """What a remark is about."""

    ENCODING = "encoding"
    """The text's encoding, if not UTF-8."""
    UNREAD = "unread"
    """Content that readers of the source see but the guide lacks, such as a page that is a
    picture."""
    LEFT_OUT = "left-out"
    """Syntax of other tools and hidden text, which no answer shows."""
    STRUCTURE = "structure"
    """Lines without markup that were read as headings or steps."""
    FRONT_MATTER = "front-matter"
    """Front-matter keys that have no effect."""
    VISIBLE_TO = "visible-to"
    """The guide's visibility, if it differs from what the guide says."""


class Remark(Frozen):
    """Something in a source that was left out, or read differently from how it appears.

    `line` is its place, in the guide's `unit`; `text` says what it is, and why.
    """

    line: int
    kind: RemarkKind
    text: str


def quoted(texts: Iterable[str]) -> str:
    """Return the first few texts for a remark, shortened and in quotation marks."""
    return ", ".join(f"“{_shortened(text)}”" for text in islice(texts, _MAX_QUOTED))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"
