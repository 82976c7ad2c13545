"""Remarks: what people should know about how a source was read."""

from __future__ import annotations

from enum import StrEnum

from kb.model import Frozen


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
