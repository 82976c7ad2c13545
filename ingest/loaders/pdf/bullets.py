"""Signs that can begin headings, where they are bullets of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.loaders.pdf.lines import PageLine, Table

_SIGN = re.compile(r"\s*([●○■□◆◇▶►➢❖➔✓])(?=\s+\S)")
_BULLET = re.compile(r"\s*[•◦▪‣·・*–-]\s*\S")
# The numbers of this module are chosen by hand.
_HANGS = 1.4
"""How far right of such a bullet's left edge the text must begin, in font sizes."""


def with_bullets(parts: Sequence[PageLine | Table]) -> Iterator[PageLine | Table]:
    """Yield the parts, with bullets where marked items follow each other as in a list.

    A heading has text under it; the lines of an item all begin where its first word does.
    """
    before, bullet = False, None
    for n, part in enumerate(parts):
        if not isinstance(part, PageLine) or not _SIGN.match(part.text):
            before = False
            if not isinstance(part, PageLine) or part.left < _left(bullet):
                bullet = None
            if isinstance(part, PageLine) and _BULLET.match(part.text):
                bullet = part
            yield part
            continue
        hangs = part.second - part.left > _HANGS * part.size
        below = bullet is not None and part.left > bullet.left + 0.5 * part.size
        after = hangs and _has_next(parts, n)
        listed = before or after or below
        yield _bulleted(part) if listed else part
        before = after


def _left(line: PageLine | None) -> float:
    return line.left if line else 0.0


def _has_next(parts: Sequence[PageLine | Table], at: int) -> bool:
    """Whether another item follows with only the rest of the first one in between."""
    first = last = parts[at]
    assert isinstance(first, PageLine)
    for part in parts[at + 1 :]:
        if not isinstance(part, PageLine) or (part.page, part.flow) != (first.page, first.flow):
            return False
        if _SIGN.match(part.text):
            return part.second - part.left > _HANGS * part.size
        wrapped = (
            isinstance(last, PageLine) and last.full and part.left > first.second - first.size / 3
        )
        if not wrapped or abs(part.size - first.size) > 0.1:
            return False
        last = part
    return False


def _bulleted(line: PageLine) -> PageLine:
    first = line.runs[0]
    return replace(line, runs=(replace(first, text=_SIGN.sub("•", first.text)), *line.runs[1:]))
