"""Finds running heads and page numbers in the margins of a PDF's pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from ingest.loaders.pdf.lines import PageLine, Table
from ingest.remark import Remark, RemarkKind, quoted

# The numbers of this module are chosen by hand.
_MARGIN = 0.09
"""Share of a page's height, at top and bottom, in which running heads may be."""
_EDGE = 0.05
"""The same for those that appear on one page only."""
_TALL = 600.0
"""The minimum height (points) of a page whose margins may hold a running head."""
_CLEAR = 1.2
"""The minimum distance of running heads from the text, in font sizes."""
_PAGE_OF = re.compile(
    r"\b(?:page|seite|p[áa]gina|pagina|sida|side|p\.|s\.)\s*\d+(?:\s*(?:of|von|de|di|av|/)\s*\d+)?"
    r"|^\d+\s*(?:of|von|de|di|/)\s*\d+$|\d+\s*/\s*\d+\s*ページ",
    re.IGNORECASE,
)


@dataclass
class Margins:
    """The lines in which running heads may be: of all pages, and those that may be on one only."""

    lines: list[PageLine] = field(default_factory=list)
    edges: list[PageLine] = field(default_factory=list)

    def add(self, page: int, lines: Sequence[PageLine], height: float) -> None:
        """Add those of a page's lines."""
        margins = in_margins(lines, height)
        self.lines += margins
        # With wide margins, a page number alone is further in.
        ends = [*lines[:1], *lines[-1:]]
        self.lines += [x for x in ends if x.text.strip(" -–—") == str(page) and x not in margins]
        if height >= _TALL:
            self.edges += in_margins(lines, height, _EDGE)


def in_margins(lines: Sequence[PageLine], height: float, share: float = _MARGIN) -> list[PageLine]:
    """Return those of a page's lines that are in its margins, each a `share` of its height."""
    top, bottom = height * share, height * (1 - share)
    return [line for line in lines if line.top < top or line.bottom > bottom]


def running_heads(
    margins: Margins, parts: Sequence[PageLine | Table], pages: int
) -> tuple[set[PageLine], list[Remark]]:
    """Return the running heads of a document of so many pages, and remarks on them.

    `parts` are all its content.
    """
    remarks: list[Remark] = []
    counts = Counter(_numberless(line.text) for line in margins.lines)
    often = max(2, pages / 2)
    found = {
        line
        for line in margins.lines
        if re.fullmatch(r"[\divxlc /|of-]*", line.text.strip().lower())
        or (pages > 2 and counts[_numberless(line.text)] >= often)
    }
    if pages == 2:
        both = _on_both(margins.lines, parts, found)
        remarks += _remark_on_both(margins.lines, both)
        found |= both
    outer = set(margins.lines)
    sizes = [line.size for line in parts if isinstance(line, PageLine) and line not in outer]
    body = median(sizes) if sizes else 0.0
    once = [line for line in margins.edges if line not in found and _is_once(line, body)]
    if once:
        named = ", ".join(f"“{line.text.strip()}”" for line in once[:3])
        text = f"running heads are left out: {named}"
        remarks.append(Remark(line=once[0].page, kind=RemarkKind.LEFT_OUT, text=text))
    return found | set(once), remarks


def _on_both(
    margins: Sequence[PageLine],
    parts: Sequence[PageLine | Table],
    found: Collection[PageLine],
) -> set[PageLine]:
    """Return what else is at the same place on both of two pages."""
    first, second = ([x for x in margins if x.page == page] for page in (1, 2))
    pairs = [
        (one, two)
        for one in first
        for two in second
        if one not in found and _numberless(one.text) == _numberless(two.text)
        if max(abs(one.top - two.top), min(abs(one.left - two.left), abs(one.right - two.right)))
        < 2
    ]
    both = {line for pair in pairs for line in pair}
    text = [part for part in parts if part not in both and part not in found]
    return {line for pair in pairs if all(_stands_clear(x, text) for x in pair) for line in pair}


def _remark_on_both(margins: Sequence[PageLine], both: Collection[PageLine]) -> Iterator[Remark]:
    if both:
        said = dict.fromkeys(line.text.strip() for line in margins if line in both)
        text = f"running heads on both pages are left out: {quoted(said)}"
        yield Remark(line=1, kind=RemarkKind.LEFT_OUT, text=text)


def _stands_clear(line: PageLine, text: Sequence[PageLine | Table]) -> bool:
    """Whether a line is clear of what it may be a heading of."""
    return not any(
        max(part.top - line.bottom, line.top - part.bottom) < _CLEAR * _size(part, line)
        for part in text
        if part.page == line.page
    )


def _size(part: PageLine | Table, line: PageLine) -> float:
    return min(part.size, line.size) if isinstance(part, PageLine) else line.size


def _is_once(line: PageLine, body: float) -> bool:
    """Whether a line in a page's margin is a running head although it is not on other pages.

    The bottom has footnotes as well: there, only a page number is one.
    """
    if _PAGE_OF.search(line.text):
        return line.size <= body
    return line.size <= 0.85 * body and line.bottom < _TALL * _EDGE


def _numberless(text: str) -> str:
    return re.sub(r"\d+", "#", text.strip())
