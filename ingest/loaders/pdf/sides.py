"""Tells text in columns from cells beside labels, given a strip of white space between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf.rows import SIGN, WIDE_GUTTER, Row
from ingest.loaders.pdf.words import Word

# The numbers of this module are chosen by hand.
FEWEST = 3
"""The minimum number of lines of a column: fewer are just as likely a table."""
GUTTER = 0.8
"""The minimum width of the gutter between columns, in font sizes.

It is WIDE_GUTTER where a gutter spans few rows, as spaces between words line up by chance.
"""
_MANY_ROWS = 8

_ITEM = re.compile(r"[•◦▪▫‣●○■□∙·*–-]$")
_NUMBER = re.compile(r"\(?(\d{1,3})[.)]$")
_STEP = re.compile(r"[^\W\d_]{1,10}\s?\d{1,2}\s*[:：.．)）]")
_FIGURES = re.compile(r"[\W\d]*$")
_ENDED = re.compile(r"[.!?:;。！？：；][\"'”’»)\]）」』]*$")
_UNCASED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass
class Strip:
    """A vertical strip of white space, and the rows it runs through."""

    left: float
    right: float
    first: int
    last: int
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Piece:
    """What one column has on a row, as far as is known before the column is cut out."""

    row: int
    words: Sequence[Word]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return self.words[-1].right

    @property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    @property
    def begins(self) -> bool:
        """Whether it begins with the marker of an item or a step."""
        return bool(SIGN.match(self.words[0].text) or _STEP.match(self.text))

    def is_head(self, size: float) -> bool:
        """Whether all of it is bold or in larger type, as headings are."""
        larger = all(word.size > 1.08 * size for word in self.words)
        return larger or all(word.bold for word in self.words)

    def goes_on_in(self, below: _Piece, *, full: bool) -> bool:
        """Whether the piece below continues its sentence; `full` says whether it fills its line."""
        first = below.text[0]
        if _ENDED.search(self.text):
            return first.islower() and full
        return first.islower() or bool(_UNCASED.match(first)) and full

    def ended_before(self, below: _Piece, *, full: bool) -> bool:
        """Whether the piece below begins a sentence."""
        first = below.text[0]
        ended = bool(_ENDED.search(self.text)) or not full
        return ended and (first.isupper() or bool(_UNCASED.match(first)))


def are_columns(rows: Sequence[Row], strip: Strip) -> bool:
    """Whether the two sides of a strip are columns, and not cells, labels or list markers."""
    left = [p for n in range(strip.first, strip.last + 1) if (p := _piece(rows, n, strip, -1))]
    right = [p for n in range(strip.first, strip.last + 1) if (p := _piece(rows, n, strip, 1))]
    if not left or not right:
        return False
    size = median(word.size for piece in left for word in piece.words)
    if min(len(left), len(right)) < FEWEST:
        return _is_short_column(left, right, strip, size)
    few = min(len(left), len(right), len(strip.rows)) < _MANY_ROWS
    gutter = (strip.right - strip.left) / size
    if gutter < GUTTER:
        return False
    if any(_is_no_text(pieces) for pieces in (left, right)):
        return gutter >= WIDE_GUTTER and _both_listed(left, right)
    one, two = _Side.of(left, size), _Side.of(right, size)
    aligned = _aligned(left, right, size)
    if few and gutter < WIDE_GUTTER:
        return gutter >= 1 and _begin_apart(one, two, aligned=aligned)
    if _both_listed(left, right) or _both_headed(one, two) or _reads_over(left, right, one):
        return True
    if not aligned:
        return len(one.goes_on) >= 2 and len(two.goes_on) >= 2
    return _read_on(one, two)


def _begin_apart(one: _Side, two: _Side, *, aligned: bool) -> bool:
    """Whether the sides, close together, wrap and begin independently, unlike cells."""
    if not one.is_wrapped or not two.is_wrapped:
        return False
    if not aligned and min(len(one.goes_on), len(two.goes_on)) >= 2:
        return True
    return one.apart(two) >= FEWEST and one.apart(two) > 2 * one.together(two)


def _read_on(one: _Side, two: _Side) -> bool:
    """Whether each of two sides with aligned lines reads on by itself."""
    if not one.goes_on or not two.goes_on:
        return False
    apart, together = one.apart(two), one.together(two)
    going_on = len(one.goes_on & two.goes_on)
    if apart >= together and (one.goes_below(two) or two.goes_below(one)):
        return True
    if not together and apart + going_on >= 2 and one.is_wrapped and two.is_wrapped:
        return True
    return apart >= 2 and apart >= together or going_on >= 4 and going_on > 2 * together


def _piece(rows: Sequence[Row], n: int, strip: Strip, side: int) -> _Piece | None:
    """Return the words closest to the strip on one side, up to the next wide space."""
    middle = (strip.left + strip.right) / 2
    words = [word for word in rows[n].words if (word.left > middle) == (side > 0)]
    if side < 0:
        words.reverse()
    found: list[Word] = []
    for word in words:
        last = found[-1] if found else None
        gap = 0.0
        if last:
            gap = word.left - last.right if side > 0 else last.left - word.right
        sign = last and SIGN.match((word if side < 0 else last).text)
        if gap > WIDE_GUTTER * word.size and not sign:
            break
        found.append(word)
    return _Piece(n, found if side > 0 else found[::-1]) if found else None


def _is_no_text(pieces: Sequence[_Piece]) -> bool:
    """Whether one side holds symbols, figures or code rather than text."""
    signs = sum(bool(SIGN.match(piece.text)) for piece in pieces)
    figures = sum(bool(_FIGURES.match(piece.text)) for piece in pieces)
    code = sum(all(word.code for word in piece.words) for piece in pieces)
    return 2 * max(signs, figures, code) >= len(pieces) or _narrow(pieces)


def _narrow(pieces: Sequence[_Piece]) -> bool:
    size = median(word.size for piece in pieces for word in piece.words)
    return max(p.right for p in pieces) - min(p.left for p in pieces) < 5 * size


def _both_listed(left: Sequence[_Piece], right: Sequence[_Piece]) -> bool:
    """Whether each side has a list of its own, or its part of one."""
    bulleted, numbered = map(_is_bulleted, (left, right)), map(_is_numbered, (left, right))
    return all(bullets or numbers for bullets, numbers in zip(bulleted, numbered, strict=True))


def _is_bulleted(pieces: Sequence[_Piece]) -> bool:
    items = (p for p in pieces if len(p.words) > 1 and _ITEM.match(p.words[0].text))
    return sum(1 for _ in items) >= 2


def _is_numbered(pieces: Sequence[_Piece]) -> bool:
    """Whether there are numbers that go up by one: 1, 3, 5 beside 2, 4, 6 is read by rows."""
    found = [_NUMBER.match(piece.words[0].text) for piece in pieces if len(piece.words) > 1]
    own = [int(match[1]) for match in found if match]
    return len(own) >= 2 and all(two == one + 1 or two == 1 for one, two in pairwise(own))


def _is_short_column(
    left: Sequence[_Piece], right: Sequence[_Piece], strip: Strip, size: float
) -> bool:
    """Whether the right side is the top of a last column, beside one whose text wraps."""
    side = _Side.of(left, size)
    wide = strip.right - strip.left >= size and not _narrow(left) and not _narrow(right)
    text = len(left) >= _MANY_ROWS and len(side.goes_on) >= FEWEST and side.is_wrapped
    return wide and text and len(right) > 1 and right[0].row <= left[0].row + 1


def _both_headed(one: _Side, two: _Side) -> bool:
    """Whether each side has headings of its own; those at the top of both are a table's."""
    within = any(
        head > min(side.goes_on, default=head) for side in (one, two) for head in side.heads
    )
    text = one.goes_on and two.goes_on
    return bool(text and within and one.heads - two.heads and two.heads - one.heads)


def _reads_over(left: Sequence[_Piece], right: Sequence[_Piece], side: _Side) -> bool:
    """Whether a sentence continues from the bottom of the left side to the top of the right."""
    last, first = left[-1].text, right[0].text
    going = first[0].islower() and not left[0].text[0].islower()
    wrapped = sum(piece.row in side.full for piece in left)
    return (
        going
        and left[-1].row in side.full
        and not _ENDED.search(last)
        and 2 * wrapped >= len(left)
        and len(side.goes_on) >= 2
    )


@dataclass(frozen=True)
class _Side:
    """On which rows a side continues its text, and on which it starts anew.

    `full` are its rows that reach its edge, `heads` its headings in bold or larger type;
    `below_full` and `below_heads` are the rows after those.
    """

    rows: set[int]
    goes_on: set[int]
    starts: set[int]
    full: set[int]
    heads: set[int]
    below_full: set[int]
    below_heads: set[int]

    @property
    def told(self) -> set[int]:
        """The rows for which that is known."""
        return self.goes_on | self.starts

    @property
    def is_wrapped(self) -> bool:
        """Whether most continuations follow a line that is full."""
        return 2 * len(self.goes_on & self.below_full) > len(self.goes_on)

    def apart(self, other: _Side) -> int:
        """Return on how many rows one side starts anew while the other continues."""
        shared = self.rows & other.rows & self.told & other.told
        return sum((row in self.starts) != (row in other.starts) for row in shared)

    def together(self, other: _Side) -> int:
        """Return on how many rows both start anew, not counting headings, as columns have them."""
        heads = self.heads & other.heads | self.below_heads & other.below_heads
        return len(self.starts & other.starts - heads)

    def goes_below(self, other: _Side) -> bool:
        """Whether it continues below the other's last row with more than the end of a cell."""
        below = {row for row in self.rows if row > max(other.rows)}
        return len(below) >= FEWEST and bool(below & self.starts)

    @classmethod
    def of(cls, pieces: Sequence[_Piece], size: float) -> _Side:
        end = max(piece.right for piece in pieces)
        full = {piece.row for piece in pieces if piece.right > end - 3 * size}
        goes_on, starts, heads, below_heads = set(), set(), set(), set()
        gaps = [two.top - one.bottom for one, two in pairwise(pieces)]
        usual = median(gaps) if gaps else 0.0
        for above, piece in pairwise(pieces):
            begins = piece.top - above.bottom > usual + 0.35 * size
            if begins or piece.is_head(size) != above.is_head(size) or piece.begins:
                starts.add(piece.row)
            elif above.goes_on_in(piece, full=above.row in full):
                goes_on.add(piece.row)
            elif above.ended_before(piece, full=above.row in full):
                starts.add(piece.row)
            if above.is_head(size) and not piece.is_head(size):
                heads.add(above.row)
                below_heads.add(piece.row)
        below_full = {piece.row for above, piece in pairwise(pieces) if above.row in full}
        rows = {piece.row for piece in pieces}
        return cls(rows, goes_on, starts, full, heads, below_full, below_heads)


def _aligned(left: Sequence[_Piece], right: Sequence[_Piece], size: float) -> bool:
    """Whether the lines of the two sides are aligned, as those of cells are."""
    beside = {piece.row: piece.words[0].bottom for piece in right}
    even = sum(
        abs(piece.words[-1].bottom - beside[piece.row]) < 0.12 * size
        for piece in left
        if piece.row in beside
    )
    return even > _staggered(left, right, size) and 2 * even >= min(len(left), len(right))


def _staggered(left: Sequence[_Piece], right: Sequence[_Piece], size: float) -> int:
    """Return how many lines of one side fall between two of the other."""
    few, many = sorted((left, right), key=len)
    return sum(
        any(one.top < two.bottom - 0.2 * size and one.bottom > two.top + 0.2 * size for two in many)
        and all(abs(one.bottom - two.bottom) >= 0.12 * size for two in many)
        for one in few
    )
