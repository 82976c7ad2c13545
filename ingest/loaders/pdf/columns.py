"""A page's reading order: its columns, and what spans them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf.beside import Beside, take_beside
from ingest.loaders.pdf.lines import Table
from ingest.loaders.pdf.rows import Row, rows_of
from ingest.loaders.pdf.sides import FEWEST, GUTTER, Strip, are_columns
from ingest.loaders.pdf.words import Word

# The numbers of this module are chosen by hand.
_DEEPEST = 6
"""How many levels of columns within columns are told apart."""


@dataclass(frozen=True)
class Column:
    """Rows that are read one after the other, and their horizontal distance from the first column.

    `notes` are beside it, each with the number of its row.
    """

    rows: Sequence[Row]
    shift: float
    right: float
    notes: Sequence[tuple[int, Beside]] = ()


def columns_of(words: Sequence[Word], tables: Sequence[Table]) -> list[Column]:
    """Return what is on a page, in reading order.

    White space that runs down several rows between words separates columns if the text on both
    sides reads on by itself; what spans the columns keeps its place.
    """
    text, beside = take_beside(words)
    rows = rows_of(text, tables)
    if not rows:
        return []
    columns = list(_cut(rows, 0.0, max(row.right for row in rows), _DEEPEST))
    for each in sorted(beside, key=lambda each: each.top):
        _place(columns, each)
    return columns


def _place(columns: list[Column], beside: Beside) -> None:
    """Insert what stands beside the text where it is read: headings before it, notes after."""
    places = [(n, at) for n, column in enumerate(columns) for at in range(len(column.rows))]

    def distance(place: tuple[int, int]) -> tuple[float, float]:
        row, first = columns[place[0]].rows[place[1]], beside.first
        down = max(0.0, row.top - first.bottom, first.top - row.bottom)
        return down, -min(row.bottom - first.top, first.bottom - row.top)

    n, at = min(places, key=distance)
    column = columns[n]
    if not beside.heads:
        columns[n] = replace(column, notes=[*column.notes, (at, beside)])
        return
    left = min(row.left for row in column.rows) - column.shift
    head = Column(beside.rows, beside.first.left - left, float("inf"))
    above = replace(column, rows=column.rows[:at], notes=[x for x in column.notes if x[0] < at])
    notes = [(row - at, note) for row, note in column.notes if row >= at]
    below = replace(column, rows=column.rows[at:], notes=notes)
    columns[n : n + 1] = [each for each in (above, head, below) if each.rows]


def _cut(rows: Sequence[Row], shift: float, right: float, deepest: int) -> Iterator[Column]:
    region = _columned(rows) if deepest and len(rows) >= FEWEST else None
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
    return rows_of(words, tables)


def _columned(rows: Sequence[Row]) -> Strip | None:
    """Return the strip that separates the most rows into columns."""
    spaces = [_spaces(rows, n) for n in range(len(rows))]
    strips = sorted(_strips(rows, spaces), key=lambda strip: -len(strip.rows))
    for strip in strips:
        if len(strip.rows) < FEWEST - 1:
            break
        found = _trimmed(rows, strip)
        if found and are_columns(rows, found):
            return found
    return None


def _spaces(rows: Sequence[Row], at: int) -> list[tuple[float, float]]:
    """Return the spaces on a row, including those at its ends, that nothing extends into."""
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
        if left - edge >= GUTTER * row.size:
            spaces.append((edge, left))
        edge = max(edge, right)
    return [*spaces, (edge, float("inf"))]


def _strips(
    rows: Sequence[Row], spaces: Sequence[Sequence[tuple[float, float]]]
) -> Iterator[Strip]:
    going: list[Strip] = []
    for n, row in enumerate(rows):
        least = GUTTER * row.size
        still: list[Strip] = []
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
                going.append(Strip(left, right, n, n, [n]))
    yield from going


def _trimmed(rows: Sequence[Row], strip: Strip) -> Strip | None:
    """Return the strip without rows at its ends that are set apart; None if few remain."""
    first, last = strip.first, strip.last
    heights = [two.top - one.bottom for one, two in pairwise(rows[first : last + 1])]
    usual = max(0.0, median(heights)) if heights else 0.0
    for n in range(first, min(first + 2, last)):
        if rows[n + 1].top - rows[n].bottom > usual + 2.5 * rows[n].size:
            first = n + 1
    for n in range(last, max(last - 2, first), -1):
        if rows[n].top - rows[n - 1].bottom > usual + 2.5 * rows[n].size:
            last = n - 1
    # What follows below both columns begins with a heading, or after some space.
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
    # A column that begins higher than the other is still read after it.
    while first and _goes_up(rows, strip, first - 1, usual):
        first -= 1
    return Strip(strip.left, strip.right, first, last, both)


def _goes_up(rows: Sequence[Row], strip: Strip, above: int, usual: float) -> bool:
    row = rows[above]
    below = next((r for r in rows[above + 1 :] if r.right > strip.right), None)
    return bool(
        below
        and row.left >= strip.right
        and row.words
        and below.top - row.bottom < usual + 0.6 * row.size
    )
