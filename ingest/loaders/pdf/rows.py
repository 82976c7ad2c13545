"""A page's rows: what is on one line of it, across all columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf.lines import Table
from ingest.loaders.pdf.words import Word

# The numbers of this module are chosen by hand.
WIDE_GUTTER = 1.5
"""The minimum width of a space that divides a row, in font sizes."""

SIGN = re.compile(r"(?:\(?\d{1,3}[.):]?|\(?[A-Za-z][.)]|[•◦▪▫‣●○■□∙·*–-])$")
BULLET = re.compile(r"[•◦▪▫‣●○■□∙·]$")


@dataclass
class Row:
    """One line of a page: words from left to right, or a table."""

    words: list[Word]
    table: Table | None = None

    @cached_property
    def top(self) -> float:
        """Top edge, in points."""
        return self.table.top if self.table else min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        """Bottom edge, in points."""
        return self.table.bottom if self.table else max(word.bottom for word in self.words)

    @property
    def left(self) -> float:
        """Left edge, in points."""
        return self.table.left if self.table else self.words[0].left

    @property
    def right(self) -> float:
        """Right edge, in points."""
        return self.table.right if self.table else self.words[-1].right

    @cached_property
    def size(self) -> float:
        """Font size, in points."""
        return median(word.size for word in self.words) if self.words else 10.0

    @property
    def parted(self) -> bool:
        """Whether a wide space divides it, as between labels and their values."""
        return any(
            two.left - one.right > WIDE_GUTTER * self.size
            for n, (one, two) in enumerate(pairwise(self.words))
            if n or not SIGN.match(one.text)
        )


def rows_of(words: Sequence[Word], tables: Sequence[Table]) -> list[Row]:
    """Group words and tables into rows, from top to bottom."""
    rows: list[Row] = []
    line = 0.0
    for word in sorted(words, key=lambda word: (word.bottom, word.left)):
        if rows and abs(line - word.bottom) < 0.4 * word.size:
            # Superscripts do not tell where the line is.
            if word.size > 1.2 * rows[-1].words[-1].size:
                line = word.bottom
            rows[-1].words.append(word)
        else:
            rows.append(Row([word]))
            line = word.bottom
    for row in rows:
        row.words.sort(key=lambda word: word.left)
    rows = _with_small_signs(rows)
    rows += [Row([], table) for table in tables]
    return sorted(rows, key=lambda row: (row.top + row.bottom) / 2 if row.words else row.top)


def _with_small_signs(rows: Sequence[Row]) -> list[Row]:
    """Return the rows, merging bullets and superscripts that are slightly off their row's line."""
    found: list[Row] = []
    for row in rows:
        last = found[-1] if found else None
        if last and (_belongs(last, row) or _belongs(row, last)):
            words = sorted([*last.words, *row.words], key=lambda word: word.left)
            found[-1] = Row(words)
        else:
            found.append(row)
    return found


def _belongs(small: Row, row: Row) -> bool:
    """Whether a row is only another one's bullet, or superscripts above its words."""
    height = small.bottom - small.top
    near = min(small.bottom, row.bottom) - max(small.top, row.top)
    if near < 0.6 * height:
        return False
    if len(small.words) == 1 and BULLET.match(small.words[0].text):
        return small.right <= row.left
    if small.size > 0.8 * row.size:
        return False
    return all(
        row.left <= sign.left <= row.right + row.size
        and not any(w.left < sign.right - 1 and sign.left + 1 < w.right for w in row.words)
        for sign in small.words
    )
