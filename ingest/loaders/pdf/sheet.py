"""Reads one writing direction of a PDF's page: its lines and tables in reading order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

from pdfplumber.page import Page

from ingest.loaders.pdf.columns import Column, columns_of
from ingest.loaders.pdf.lines import PageLine, Run, Table
from ingest.loaders.pdf.rows import Row
from ingest.loaders.pdf.signs import UNKNOWN
from ingest.loaders.pdf.words import Box, LinkArea, Word, words_of
from ingest.loaders.pdf.writing import (
    Char,
    Direction,
    goes_left,
    has_rtl,
    mirrored,
    read_row,
    turned,
    turned_box,
)
from ingest.parse.inline import unspaced

_SHAPE = re.compile(r"[●○❍■□▪◻❑▲▼◆◇❖➢➲]")
_PARTED = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af\uff10-\uff5a]")


class Sheet:
    """A page rotated so that one of its writing directions runs to the right.

    `unknown` counts the signs that were left out because their characters are unknown.
    """

    def __init__(self, page: Page, direction: Direction, links: Sequence[LinkArea]) -> None:
        self.page = page
        self.direction = direction
        self.width = float(page.bbox[0] + page.bbox[2])
        self.height = float(page.bbox[1] + page.bbox[3])
        self.links = [replace(link, box=self._turned(link.box)) for link in links]
        self.unknown = 0

    def _turned(self, box: Box) -> Box:
        return turned_box(box, self.direction, self.width, self.height)

    def read(
        self, chars: Sequence[Char], tables: Sequence[Table], flow: int
    ) -> list[PageLine | Table]:
        """Return its content in reading order; `flow` is the number of its first column."""
        laid = [turned(char, self.direction, self.width, self.height) for char in chars]
        words = [
            word
            for word in words_of(laid, self.links)
            if not any(_within(word, table) for table in tables)
        ]
        mirror = goes_left([char["text"] for char in chars])
        if mirror:
            words = [mirrored(word, self.width) for word in words]
            tables = [self._mirrored(table) for table in tables]
        found: list[PageLine | Table] = []
        for column in columns_of(words, tables):
            notes = {id(row) for _, note in column.notes for row in note.rows}
            for row in _with_notes(column):
                if row.table:
                    found.append(replace(row.table, left=row.table.left - column.shift))
                elif line := self._line(row, column, flow, mirror):
                    found.append(replace(line, aside=id(row) in notes))
            flow += 1
        return found

    def _mirrored(self, table: Table) -> Table:
        rows = tuple(tuple(reversed(row)) for row in table.rows)
        left, right = self.width - table.right, self.width - table.left
        return replace(table, left=left, right=right, rows=rows)

    def _line(self, row: Row, column: Column, flow: int, mirror: bool) -> PageLine | None:
        words = row.words
        if mirror or any(has_rtl(word.text) for word in words):
            words = read_row(words, mirror=mirror)
        words = list(self._known(words))
        if not words:
            return None
        sizes = Counter[float]()
        for word in words:
            sizes[round(word.size * 2) / 2] += len(word.text)
        size = sizes.most_common(1)[0][0]
        return PageLine(
            page=self.page.page_number,
            flow=flow,
            left=row.left - column.shift,
            second=(words[1].left if len(words) > 1 else row.right) - column.shift,
            right=row.right - column.shift,
            top=row.top,
            bottom=row.bottom,
            size=size,
            wide=max(0.1, median((w.right - w.left) / max(1, len(w.text)) for w in words)),
            full=row.right > column.right - 3 * size,
            italic=all(word.italic for word in words),
            parted=row.parted,
            runs=tuple(_runs(words)),
        )

    def _known(self, words: Sequence[Word]) -> Iterator[Word]:
        """Yield the words without unknown glyphs; one before a line is its bullet.

        So is a glyph of an icon font.
        """
        for n, word in enumerate(words):
            if n == 0 and len(words) > 1 and word.picture and _SHAPE.fullmatch(word.text):
                yield replace(word, text="•")
            elif UNKNOWN not in word.text:
                yield word
            elif n == 0 and len(words) > 1 and len(word.text) == 1:
                yield replace(word, text="•")
            else:
                self.unknown += word.text.count(UNKNOWN)
                if text := word.text.replace(UNKNOWN, ""):
                    yield replace(word, text=text)


def _with_notes(column: Column) -> Iterator[Row]:
    """Yield a column's rows, each followed by the notes beside it."""
    for n, row in enumerate(column.rows):
        yield row
        for at, note in column.notes:
            if at == n:
                yield from note.rows


def _within(word: Word, table: Table) -> bool:
    x, y = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    across = table.left - 1 <= x <= table.right + 1
    return across and table.top - 1 <= y <= table.bottom + 1


def _runs(words: Sequence[Word]) -> Iterator[Run]:
    before: Word | None = None
    first = True
    for (bold, code, href), group in groupby(words, key=lambda w: (w.bold, w.code, w.href)):
        text = ""
        for word in group:
            gap = word.left - before.right if before else 0.0
            width = (word.right - word.left) / max(1, len(word.text))
            spaces = round(gap / width) if code and text and width else int(gap > 0.12 * word.size)
            if before and gap < word.size and _is_east_asian(before.text[-1], word.text[0]):
                spaces = 0
            text += " " * spaces + word.text
            before = word
        if not first and text.startswith(" "):
            yield Run(" ", False, False, None)
        yield Run(text if first else text.lstrip(), bold, code, href)
        first = False


def _is_east_asian(*letters: str) -> bool:
    """Whether the letters belong to a script without spaces between words.

    Korean has spaces, and so do full-width Latin letters.
    """
    return all(unspaced(each) and not _PARTED.match(each) for each in letters)
