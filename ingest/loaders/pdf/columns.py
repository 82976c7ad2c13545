"""The order in which a page is read: its rows, and the columns that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf.lines import Table
from ingest.loaders.pdf.words import Word

_DEEPEST = 6
_FEWEST = 3
"""How many lines a column has at least: fewer are as likely to be a table."""
_GUTTER = 0.8
"""How wide the space between columns is at least, in sizes of the type."""
_WIDE_GUTTER = 1.5
"""The same where a gutter goes over few rows, as the spaces between words do by chance."""
_MANY_ROWS = 8

_SIGN = re.compile(r"(?:\(?\d{1,3}[.):]?|\(?[A-Za-z][.)]|[•◦▪▫‣●○■□∙·*–-])$")
_NUMBER = re.compile(r"\(?(\d{1,3})[.)]$")
_BULLET = re.compile(r"[•◦▪▫‣●○■□∙·]$")
_FIGURES = re.compile(r"[\W\d]*$")
_ENDED = re.compile(r"[.!?:;。！？：；][\"'”’»)\]）」』]*$")
_UNCASED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass
class Row:
    """What stands on one line of a page: words, from left to right, or a table."""

    words: list[Word]
    table: Table | None = None

    @cached_property
    def top(self) -> float:
        """Its upper edge."""
        return self.table.top if self.table else min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.table.bottom if self.table else max(word.bottom for word in self.words)

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.table.left if self.table else self.words[0].left

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.table.right if self.table else self.words[-1].right

    @cached_property
    def size(self) -> float:
        """The size of its type."""
        return median(word.size for word in self.words) if self.words else 10.0

    @property
    def parted(self) -> bool:
        """Whether a wide space parts it, as it does labels from what they are for."""
        return any(
            two.left - one.right > _WIDE_GUTTER * self.size
            for one, two in pairwise(self.words)
            if not _SIGN.match(one.text)
        )


@dataclass(frozen=True)
class Column:
    """Rows that are read one after the other, and how far they stand from the first column."""

    rows: Sequence[Row]
    shift: float
    right: float


def columns_of(words: Sequence[Word], tables: Sequence[Table]) -> list[Column]:
    """Return what stands on a page in the order of reading.

    Space that goes down between words over several rows parts columns, if what stands on its
    two sides reads on by itself; what goes across them stands in its place.
    """
    rows = _rows(words, tables)
    if not rows:
        return []
    return list(_cut(rows, 0.0, max(row.right for row in rows), _DEEPEST))


def _rows(words: Sequence[Word], tables: Sequence[Table]) -> list[Row]:
    rows: list[Row] = []
    for word in sorted(words, key=lambda word: (word.bottom, word.left)):
        if rows and abs(rows[-1].words[0].bottom - word.bottom) < 0.4 * word.size:
            rows[-1].words.append(word)
        else:
            rows.append(Row([word]))
    for row in rows:
        row.words.sort(key=lambda word: word.left)
    rows = _with_small_signs(rows)
    rows += [Row([], table) for table in tables]
    return sorted(rows, key=lambda row: (row.top + row.bottom) / 2 if row.words else row.top)


def _with_small_signs(rows: Sequence[Row]) -> list[Row]:
    """Return the rows, with bullets and raised signs that stand a little off their row's line."""
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
    """Whether a row is no more than a bullet of another one, or signs raised above its words."""
    height = small.bottom - small.top
    near = min(small.bottom, row.bottom) - max(small.top, row.top)
    if near < 0.6 * height:
        return False
    if len(small.words) == 1 and _BULLET.match(small.words[0].text):
        return small.right <= row.left
    if small.size > 0.8 * row.size:
        return False
    return all(
        row.left <= sign.left <= row.right + row.size
        and not any(w.left < sign.right - 1 and sign.left + 1 < w.right for w in row.words)
        for sign in small.words
    )


def _cut(rows: Sequence[Row], shift: float, right: float, deepest: int) -> Iterator[Column]:
    region = _columned(rows) if deepest and len(rows) >= _FEWEST else None
    if region is None:
        if rows:
            yield Column(rows, shift, right)
        return
    within = rows[region.first : region.last + 1]
    middle = (region.left + region.right) / 2
    sides = [_side(within, middle, after) for after in (False, True)]
    edges = [min(row.left for row in side) for side in sides]
    ends = [max(row.right for row in side) for side in sides]
    yield from _cut(rows[: region.first], shift, right, deepest - 1)
    for side, edge, end in zip(sides, edges, ends, strict=True):
        yield from _cut(side, shift + edge - edges[0], end, deepest - 1)
    yield from _cut(rows[region.last + 1 :], shift, right, deepest - 1)


def _side(rows: Sequence[Row], middle: float, after: bool) -> list[Row]:
    words = [word for row in rows for word in row.words if (word.left > middle) == after]
    tables = [row.table for row in rows if row.table and (row.table.left > middle) == after]
    return _rows(words, tables)


@dataclass
class _Strip:
    """A space that goes down the page, and the rows that it goes through."""

    left: float
    right: float
    first: int
    last: int
    rows: list[int] = field(default_factory=list)


def _columned(rows: Sequence[Row]) -> _Strip | None:
    """Return the strip that parts the most rows into columns."""
    spaces = [_spaces(rows, n) for n in range(len(rows))]
    strips = sorted(_strips(rows, spaces), key=lambda strip: -len(strip.rows))
    for strip in strips:
        if len(strip.rows) < _FEWEST - 1:
            break
        found = _trimmed(rows, strip)
        if found and _are_columns(rows, found):
            return found
    return None


def _spaces(rows: Sequence[Row], at: int) -> list[tuple[float, float]]:
    """Return the spaces on a row, those at its ends too, where nothing reaches into it."""
    row = rows[at]
    third = (row.bottom - row.top) / 3
    taken = [(word.left, word.right) for word in row.words]
    if row.table:
        taken.append((row.table.left, row.table.right))
    for other in (*rows[max(0, at - 3) : at], *rows[at + 1 : at + 4]):
        if other.table or row.table:
            overlap = other.top < row.bottom and other.bottom > row.top
        else:
            overlap = other.top < row.bottom - third and other.bottom > row.top + third
        if overlap:
            taken += [(word.left, word.right) for word in other.words]
    taken += [
        (other.table.left, other.table.right)
        for other in rows
        if other.table and other.top < row.bottom and other.bottom > row.top
    ]
    spaces: list[tuple[float, float]] = []
    edge = float("-inf")
    for left, right in sorted(taken):
        if left - edge >= _GUTTER * row.size:
            spaces.append((edge, left))
        edge = max(edge, right)
    return [*spaces, (edge, float("inf"))]


def _strips(
    rows: Sequence[Row], spaces: Sequence[Sequence[tuple[float, float]]]
) -> Iterator[_Strip]:
    going: list[_Strip] = []
    for n, row in enumerate(rows):
        least = _GUTTER * row.size
        still: list[_Strip] = []
        for strip in going:
            common = [(max(strip.left, a), min(strip.right, b)) for a, b in spaces[n]]
            left, right = max(common, key=lambda pair: pair[1] - pair[0])
            if right - left < least:
                yield strip
                continue
            strip.left, strip.right, strip.last = left, right, n
            inner = any(a <= left and right <= b for a, b in spaces[n][1:-1])
            if inner:
                strip.rows.append(n)
            still.append(strip)
        going = still
        for left, right in spaces[n][1:-1]:
            if not any(left <= each.left and each.right <= right for each in going):
                going.append(_Strip(left, right, n, n, [n]))
    yield from going


def _trimmed(rows: Sequence[Row], strip: _Strip) -> _Strip | None:
    """Return the strip without rows at its ends that stand apart; None if few are left."""
    first, last = strip.first, strip.last
    heights = [two.top - one.bottom for one, two in pairwise(rows[first : last + 1])]
    usual = max(0.0, median(heights)) if heights else 0.0
    for n in range(first, min(first + 2, last)):
        if rows[n + 1].top - rows[n].bottom > usual + 2.5 * rows[n].size:
            first = n + 1
    for n in range(last, max(last - 2, first), -1):
        if rows[n].top - rows[n - 1].bottom > usual + 2.5 * rows[n].size:
            last = n - 1
    # What follows under both columns begins with a heading, or after some space.
    both = [n for n in strip.rows if first <= n <= last]
    if not both:
        return None
    across = last + 1 < len(rows)
    for n in range(both[-1] + 1, last + 1):
        apart = rows[n].top - rows[n - 1].bottom > usual + 0.6 * rows[n].size
        body = median(row.size for row in rows[first : both[-1] + 1])
        headed = bool(rows[n].words) and (
            rows[n].size > 1.08 * body or all(word.bold for word in rows[n].words)
        )
        if across and apart and (headed or rows[n].table):
            last = n - 1
            break
    # A column that begins above the other one is read after it all the same.
    while first and _goes_up(rows, strip, first - 1, usual):
        first -= 1
    return _Strip(strip.left, strip.right, first, last, both)


def _goes_up(rows: Sequence[Row], strip: _Strip, above: int, usual: float) -> bool:
    row = rows[above]
    below = next((r for r in rows[above + 1 :] if r.right > strip.right), None)
    return bool(
        below
        and row.left >= strip.right
        and row.words
        and below.top - row.bottom < usual + 0.6 * row.size
    )


@dataclass(frozen=True)
class _Piece:
    """What one column has on a row, as far as can be said before it is cut out."""

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


def _are_columns(rows: Sequence[Row], strip: _Strip) -> bool:
    """Whether the two sides of a strip are columns, and not cells, labels or signs of lists."""
    left = [p for n in range(strip.first, strip.last + 1) if (p := _piece(rows, n, strip, -1))]
    right = [p for n in range(strip.first, strip.last + 1) if (p := _piece(rows, n, strip, 1))]
    if min(len(left), len(right)) < _FEWEST:
        return False
    size = median(word.size for piece in left for word in piece.words)
    few = min(len(left), len(right), len(strip.rows)) < _MANY_ROWS
    if strip.right - strip.left < size * (_WIDE_GUTTER if few else _GUTTER):
        return False
    if _both_listed(left, right):
        return True
    if any(_is_no_text(pieces) for pieces in (left, right)):
        return False
    one, two = _Side.of(left, size), _Side.of(right, size)
    shared = one.rows & two.rows
    apart = sum((n in one.starts) != (n in two.starts) for n in shared & one.told & two.told)
    together = len(one.starts & two.starts)
    going_on = len(one.goes_on & two.goes_on)
    if not _aligned(left, right, size):
        return len(one.goes_on) >= 2 and len(two.goes_on) >= 2
    if not one.goes_on or not two.goes_on:
        return False
    return apart >= 2 and apart >= together or going_on >= 4 and going_on > 2 * together


def _piece(rows: Sequence[Row], n: int, strip: _Strip, side: int) -> _Piece | None:
    """Return the words nearest to the strip on one side, up to the next wide space."""
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
        sign = last and _SIGN.match((word if side < 0 else last).text)
        if gap > _WIDE_GUTTER * word.size and not sign:
            break
        found.append(word)
    return _Piece(n, found if side > 0 else found[::-1]) if found else None


def _is_no_text(pieces: Sequence[_Piece]) -> bool:
    """Whether one side holds signs, figures or code rather than text."""
    signs = sum(bool(_SIGN.match(piece.text)) for piece in pieces)
    figures = sum(bool(_FIGURES.match(piece.text)) for piece in pieces)
    code = sum(all(word.code for word in piece.words) for piece in pieces)
    return 2 * max(signs, figures, code) >= len(pieces) or _narrow(pieces)


def _narrow(pieces: Sequence[_Piece]) -> bool:
    size = median(word.size for piece in pieces for word in piece.words)
    return max(p.right for p in pieces) - min(p.left for p in pieces) < 5 * size


def _both_listed(left: Sequence[_Piece], right: Sequence[_Piece]) -> bool:
    """Whether each side has a list of its own, or its part of one."""
    bullets = [
        sum(len(p.words) > 1 and bool(_BULLET.match(p.words[0].text)) for p in side)
        for side in (left, right)
    ]
    if min(bullets) >= 2:
        return True
    numbers = []
    for pieces in (left, right):
        found = [_NUMBER.match(piece.words[0].text) for piece in pieces if len(piece.words) > 1]
        own = [int(match[1]) for match in found if match]
        # 1, 3, 5 beside 2, 4, 6 is read by rows.
        steady = len(own) >= 2 and all(two == one + 1 or two == 1 for one, two in pairwise(own))
        numbers.append(steady)
    return all(numbers)


@dataclass(frozen=True)
class _Side:
    """On which rows a side goes on with what it said, and on which it begins anew."""

    rows: set[int]
    goes_on: set[int]
    starts: set[int]

    @property
    def told(self) -> set[int]:
        """The rows of which it is known."""
        return self.goes_on | self.starts

    @classmethod
    def of(cls, pieces: Sequence[_Piece], size: float) -> _Side:
        end = max(piece.right for piece in pieces)
        goes_on, starts = set(), set()
        for above, piece in pairwise(pieces):
            full = above.right > end - 3 * size
            ended = bool(_ENDED.search(above.text))
            first = piece.text[0]
            sign = _SIGN.match(piece.words[0].text)
            cased = not _UNCASED.match(first)
            if sign:
                starts.add(piece.row)
            elif not ended and (first.islower() or not cased and full):
                goes_on.add(piece.row)
            elif (ended or not full) and (first.isupper() or not cased):
                starts.add(piece.row)
        return cls({piece.row for piece in pieces}, goes_on, starts)


def _aligned(left: Sequence[_Piece], right: Sequence[_Piece], size: float) -> bool:
    """Whether the lines of the two sides stand beside each other, as those of cells do."""
    beside = {piece.row: piece.words[0].bottom for piece in right}
    even = sum(
        abs(piece.words[-1].bottom - beside[piece.row]) < 0.12 * size
        for piece in left
        if piece.row in beside
    )
    return 2 * even >= min(len(left), len(right))
