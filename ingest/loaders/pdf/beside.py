"""What stands next to a page's text: marginal notes, and headings set to its left."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.loaders.pdf.rows import SIGN, Row, rows_of
from ingest.loaders.pdf.sides import GUTTER
from ingest.loaders.pdf.words import Word

# The numbers of this module are chosen by hand.
_MAIN = 2
"""How many times as many letters as the column beside it the text must have."""
_MAIN_ALIKE = 4
"""The same where both look alike."""
_LINES = 2.5
"""How many lines of text there must be per heading beside them."""
_CROSSING = 0.34
"""The largest share of the text's lines that may span both, such as titles."""
_WIDEST = 0.6
"""The greatest width of the column, as a share of the text's width."""
_SMALLER = 0.93
_FIGURES = re.compile(r"[\W\d]*$")


@dataclass(frozen=True)
class Beside:
    """Adjacent lines next to the text; `heads` means that they name the text there."""

    rows: Sequence[Row]
    heads: bool

    @property
    def top(self) -> float:
        """Top edge, in points."""
        return self.rows[0].top

    @property
    def first(self) -> Row:
        """The first line."""
        return self.rows[0]


def take_beside(words: Sequence[Word]) -> tuple[list[Word], list[Beside]]:
    """Split a page's words into its text and what stands beside it."""
    found: list[Beside] = []
    left = list(words)
    for after in (False, True):
        pieces = [piece for row in rows_of(left, []) for piece in _pieces(row)]
        if taken := _strip(pieces, after):
            found += taken
            gone = {id(word) for each in taken for row in each.rows for word in row.words}
            left = [word for word in left if id(word) not in gone]
    return left, found


def _pieces(row: Row) -> Iterator[Row]:
    """Yield the parts of a row that wide spaces separate."""
    part: list[Word] = []
    for word in row.words:
        if part and word.left - part[-1].right >= GUTTER * word.size:
            if not (len(part) == 1 and SIGN.match(part[0].text)):
                yield Row(part)
                part = []
        part.append(word)
    yield Row(part)


def _strip(pieces: Sequence[Row], after: bool) -> list[Beside]:
    """Return what is on one side of most of the text, if a strip of white space separates them."""

    def near(row: Row) -> float:
        return row.left if not after else -row.right

    def far(row: Row) -> float:
        return row.right if not after else -row.left

    total = sum(map(_letters, pieces))
    for edge in sorted({near(piece) for piece in pieces})[1:]:
        beside = [piece for piece in pieces if far(piece) <= edge - GUTTER * piece.size]
        if not beside:
            continue
        if (1 + _MAIN) * sum(map(_letters, beside)) > total:
            return []
        text = [piece for piece in pieces if near(piece) >= edge - 1]
        if len(pieces) - len(beside) - len(text) > _CROSSING * len(text):
            continue
        if _MAIN * sum(map(_letters, beside)) <= sum(map(_letters, text)):
            return _judged(beside, text, after)
    return []


def _judged(beside: Sequence[Row], text: Sequence[Row], after: bool) -> list[Beside]:
    """Return lines beside the text as notes or headings; none if they are its labels or cells."""
    top, bottom = min(row.top for row in text), max(row.bottom for row in text)
    groups = [
        group for group in _groups(beside) if group[0].bottom > top and group[-1].top < bottom
    ]
    named = [row for group in groups for row in group if not _FIGURES.match(_text(row))]
    if not groups or 2 * len(named) <= sum(map(len, groups)):
        return []
    within = max(row.right for row in text) - min(row.left for row in text)
    if max(row.right - row.left for row in named) > _WIDEST * within:
        return []
    body = Counter(_look(word) for row in text for word in row.words for _ in word.text)
    size, _, italic = body.most_common(1)[0][0]
    if all(
        word.size < _SMALLER * size or word.italic and not italic
        for row in named
        for word in row.words
    ):
        return [Beside(group, heads=False) for group in groups if not _is_label(group[0], text)]
    if _is_table(text) or _MAIN_ALIKE * sum(map(_letters, named)) > sum(map(_letters, text)):
        return []
    lines = [row for row in text if any(_beside(row, group) for group in groups)]
    level = [_level(group[0], text) for group in groups]
    wrapped = 2 * sum(len(group) > 1 for group in groups) >= len(groups)
    if after:
        loose = not all(level)
        return [Beside(group, heads=False) for group in groups] if wrapped and loose else []
    bold = all(word.bold for row in named for word in row.words)
    if len(lines) < _LINES * len(groups) or not (bold or wrapped):
        return []
    return [Beside(group, heads=True) for group in groups] if all(level) else []


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    groups: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: row.top):
        last = groups[-1][-1] if groups else None
        if last and row.top - last.bottom < 0.7 * row.size:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _beside(row: Row, group: Sequence[Row]) -> bool:
    return row.bottom > group[0].top


def _level(first: Row, text: Sequence[Row]) -> bool:
    """Whether a line of the text begins on the same line."""
    return any(abs(row.bottom - first.bottom) < 0.3 * first.size for row in text)


def _is_label(first: Row, text: Sequence[Row]) -> bool:
    """Whether a line looks like the text on the same line, as a caption's number does."""
    looks = {_look(word) for word in first.words}
    return any(
        abs(row.bottom - first.bottom) < 0.3 * first.size and _look(row.words[0]) in looks
        for row in text
    )


def _is_table(text: Sequence[Row]) -> bool:
    """Whether the text itself has cells side by side."""
    lines = Counter(round(row.bottom) for row in text)
    return sum(count > 1 for count in lines.values()) >= 2


def _look(word: Word) -> tuple[float, bool, bool]:
    return round(word.size * 2) / 2, word.bold, word.italic


def _letters(row: Row) -> int:
    return sum(len(word.text) for word in row.words)


def _text(row: Row) -> str:
    return " ".join(word.text for word in row.words)
