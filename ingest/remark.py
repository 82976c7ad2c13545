"""What a person should know of how a source was read."""

from __future__ import annotations

from enum import StrEnum

from kb.model import Frozen


class RemarkKind(StrEnum):
    """What a remark is about."""

    ENCODING = "encoding"
    """In which encoding the text was read, where that is not UTF-8."""
    UNREAD = "unread"
    """What a reader sees in the source and the guide does not have, such as a page that is a
    picture."""
    LEFT_OUT = "left-out"
    """Marks of other tools, and what is hidden, that no answer shows."""
    STRUCTURE = "structure"
    """Lines that are not marked up as headings or steps, and were taken as such."""
    FRONT_MATTER = "front-matter"
    """Keys of the front matter that say nothing here."""
    VISIBLE_TO = "visible-to"
    """Who may know of the guide, where that is not what it says itself."""


class Remark(Frozen):
    """Something of a source that was read otherwise than it stands there, or not at all.

    `line` is its place, in what the guide's `unit` counts; `text` says what it is, and why.
    """

    line: int
    kind: RemarkKind
    text: str
