"""A source's lines, to show next to the parsed guide."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders.decoding import decode
from ingest.source import SourceFile
from kb.model import Block, Lines

_TEXT_FILES = (".md", ".markdown", ".txt")
_METADATA = re.compile(r"\A(---|\+\+\+)[ \t]*\n\S.*?\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_MARKER = re.compile(r"^(?:[\s>]*(?:[-*+]|#{1,6}|\d+[.)])(?=\s|$))+|^\s*(?:`{3}|~{3}).*$")
_HREF = re.compile(r"\]\([^)]*\)")
_TAG = re.compile(r"<[a-z/!][^>]*>", re.IGNORECASE)
_DEFINITION = re.compile(r"^\s*\[(?!\^)[^\]]+\]:\s.*$")
# From this many characters on, half a row is enough to be found; chosen by hand.
_LONG = 8
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Listing:
    """The rows of a source: of its file, or of the Markdown it was converted to.

    `places[i]` is row i's place in the source, in the guide's `unit`.
    """

    rows: tuple[str, ...]
    places: tuple[int, ...]
    as_read: bool

    def rows_of(self, block: Block) -> tuple[int, ...]:
        """Return the rows (0-based) that a block covers.

        A place can have many rows, such as a whole page. If some of them have words of the block,
        only those count.
        """
        there = self.rows_at(block.lines)
        if not self.as_read:
            return there
        words = bare(block.full_text)
        own = tuple(row for row in there if is_said(self.words[row], words))
        return own or there

    def rows_at(self, lines: Lines) -> tuple[int, ...]:
        """Return the rows in a range of places."""
        return tuple(
            row for place in range(lines.first, lines.last + 1) for row in self._at.get(place, ())
        )

    @cached_property
    def words(self) -> Sequence[str]:
        """The visible text of each row, normalised by `bare`; empty for front matter."""
        return ["" if row < self._first else bare(text) for row, text in enumerate(self.rows)]

    @cached_property
    def _first(self) -> int:
        """The number of rows that the front matter takes."""
        found = _METADATA.match("\n".join(self.rows))
        return found[0].count("\n") if found else 0

    @cached_property
    def _at(self) -> Mapping[int, Sequence[int]]:
        found: dict[int, list[int]] = {}
        for row, place in enumerate(self.places):
            found.setdefault(place, []).append(row)
        return found


def listing_of(source: SourceFile, document: Document) -> Listing:
    """Return a text file's own lines, or the Markdown made of any other file."""
    text = _text(source)
    if text is not None:
        rows = tuple(text.rstrip("\n").split("\n"))
        return Listing(rows, tuple(range(1, len(rows) + 1)), as_read=False)
    rows = tuple(document.markdown.rstrip("\n").split("\n"))
    places = tuple(document.source_line(line) for line in range(len(rows)))
    return Listing(rows, places, as_read=document.lines is not None)


def bare(text: str) -> str:
    """Return only a text's letters and digits, without Markdown syntax."""
    text = _MARKER.sub("", _DEFINITION.sub("", text))
    return _NO_WORD.sub("", _TAG.sub("", _HREF.sub("]", text))).casefold()


def is_said(row: str, words: str) -> bool:
    """Whether a row is part of a text, both bare; a label or number may have been cut off."""
    return bool(row) and (row in words or len(row) >= _LONG and row[len(row) // 2 :] in words)


def _text(source: SourceFile) -> str | None:
    if source.path.suffix.lower() not in _TEXT_FILES:
        return None
    try:
        return decode(source.path, source.data).text
    except SourceError:
        return None
