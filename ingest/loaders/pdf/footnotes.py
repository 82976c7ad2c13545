"""Footnotes, whose numbers are not steps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ingest.loaders.pdf.lines import PageLine, Table

# Of the size of most lines; chosen by hand.
_SMALLER = 0.9
_NUMBER = re.compile(r"\s*(\d{1,2})[.)]\s+(?=\S)")


def with_footnotes(parts: Sequence[PageLine | Table]) -> Iterator[PageLine | Table]:
    """Yield the parts, marking the lines that begin footnotes referenced in the text.

    Footnotes are the last lines of a page, in smaller type than the others.
    """
    for _, group in groupby(parts, lambda part: part.page):
        page = list(group)
        first = _first_small(page)
        text = " ".join(part.text for part in page[:first] if isinstance(part, PageLine))
        yield from page[:first]
        for part in page[first:]:
            assert isinstance(part, PageLine)
            number = _NUMBER.match(part.text)
            noted = number is not None and _refers(text, number[1])
            yield replace(part, footnote=True) if noted else part


def _first_small(page: Sequence[PageLine | Table]) -> int:
    """Return the index of the first of a page's last lines that are in smaller type than most."""
    sizes = Counter[float]()
    for part in page:
        if isinstance(part, PageLine):
            sizes[part.size] += len(part.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    first = len(page)
    while first and isinstance(part := page[first - 1], PageLine) and part.size <= _SMALLER * usual:
        first -= 1
    return first


def _refers(text: str, number: str) -> bool:
    """Whether a number is set right after a word, as footnote references are."""
    return bool(re.search(rf"[^\W\d_][.,;:)]?{number}(?!\w)", text))
