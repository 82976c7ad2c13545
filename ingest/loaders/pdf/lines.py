"""The lines of a PDF: where they stand, how large they are, and the look of their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from statistics import median
from typing import Any

from pdfminer.pdftypes import resolve1
from pdfplumber.page import Page
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import MalformedPDFException

_MONOSPACED = re.compile(r"mono|courier|consol|menlo|code|typewriter|cmtt", re.IGNORECASE)
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
# A line that ends within a word: at a hyphen, or in an address.
BROKEN = re.compile(r"(?:\w-|\S/|\$|://(?:\S*[/.=&?-])?)$")
_MARGIN = 0.09
"""How much of a page's height, at its top and bottom, running heads may stand in."""


@dataclass(frozen=True)
class Run:
    """Words of one look."""

    text: str
    bold: bool
    code: bool
    href: str | None

    @property
    def html(self) -> str:
        """The words as HTML."""
        words = escape(self.text, quote=False)
        if self.code:
            words = f"<code>{words}</code>"
        if self.bold:
            words = f"<strong>{words}</strong>"
        return f'<a href="{escape(self.href)}">{words}</a>' if self.href else words


@dataclass(frozen=True)
class Line:
    """A line of a page. Its edges are in points from the page's top left."""

    page: int
    left: float
    right: float
    top: float
    bottom: float
    size: float
    wide: float
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The line's words."""
        return "".join(run.text for run in self.runs)

    @property
    def code(self) -> bool:
        """Whether all of it is set in a monospaced font."""
        return all(run.code or not run.text.strip() for run in self.runs)

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(run.bold or not run.text.strip() for run in self.runs)


@dataclass(frozen=True)
class Table:
    """A table of a page, its rows' cells as text."""

    page: int
    left: float
    top: float
    bottom: float
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Pages:
    """What stands on a document's pages, from top to bottom, without running heads."""

    parts: list[Line | Table] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """The lines outside tables."""
        return [part for part in self.parts if isinstance(part, Line)]


def read_pages(pdf: PDF) -> Pages:
    """Return what stands on the pages."""
    pages = Pages()
    margins: list[Line] = []
    for page in pdf.pages:
        tables = list(_tables(page))
        lines = [line for line in _lines(page) if not any(_within(line, table) for table in tables)]
        height = float(page.height)
        margins += [
            x for x in lines if x.top < height * _MARGIN or x.bottom > height * (1 - _MARGIN)
        ]
        if pages.parts and tables and _goes_on(pages.parts[-1], tables[0]):
            last = pages.parts[-1]
            assert isinstance(last, Table)
            pages.parts[-1] = replace(last, rows=last.rows + tables.pop(0).rows[1:])
        pages.parts += sorted([*lines, *tables], key=lambda part: (part.top, part.left))
        page.close()
    running = _running_heads(margins, len(pdf.pages))
    pages.parts = [part for part in pages.parts if part not in running]
    return pages


def _running_heads(margins: Sequence[Line], pages: int) -> set[Line]:
    said = Counter(_numberless(line.text) for line in margins)
    often = max(2, pages / 2)
    return {
        line
        for line in margins
        if re.fullmatch(r"[\divxlc /|of-]*", line.text.strip().lower())
        or (pages > 2 and said[_numberless(line.text)] >= often)
    }


def _numberless(text: str) -> str:
    return re.sub(r"\d+", "#", text.strip())


def _tables(page: Page) -> Iterable[Table]:
    for table in page.find_tables():
        rows = tuple(tuple(_cell(cell or "") for cell in row) for row in table.extract())
        if len(rows) > 1 and max(map(len, rows)) > 1:
            left, top, _, bottom = table.bbox
            yield Table(page.page_number, left, top, bottom, rows)


def _cell(text: str) -> str:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return "".join(line + ("" if BROKEN.search(line) else " ") for line in lines).strip()


def _goes_on(last: Line | Table, table: Table) -> bool:
    """Whether a table goes on with the last page's, under the same head."""
    return isinstance(last, Table) and last.page < table.page and last.rows[0] == table.rows[0]


def _within(line: Line, table: Table) -> bool:
    return table.top - 1 <= (line.top + line.bottom) / 2 <= table.bottom + 1


def _lines(page: Page) -> Iterable[Line]:
    words: list[dict[str, Any]] = page.extract_words(
        extra_attrs=["fontname", "size"], x_tolerance_ratio=0.18, keep_blank_chars=False
    )
    words.sort(key=lambda word: (word["bottom"], word["x0"]))
    rows: list[list[dict[str, Any]]] = []
    for word in words:
        if rows and abs(rows[-1][0]["bottom"] - word["bottom"]) < 0.4 * word["size"]:
            rows[-1].append(word)
        else:
            rows.append([word])
    links = _links(page)
    for row in rows:
        row.sort(key=lambda word: word["x0"])
        yield _line(page.page_number, row, links)


def _links(page: Page) -> list[dict[str, Any]]:
    """Return the links of a page; none, if their objects refer to each other without an end."""
    try:
        return [{**note, "uri": href} for note in page.annots if (href := _href(note))]
    except (MalformedPDFException, RecursionError):
        return []


def _line(page: int, row: Sequence[dict[str, Any]], links: Sequence[dict[str, Any]]) -> Line:
    runs: list[Run] = []
    before: dict[str, Any] | None = None
    looks = [(_look(word, links), word) for word in row]
    for (bold, code, href), group in groupby(looks, key=lambda pair: pair[0]):
        text = ""
        for _, word in group:
            gap = word["x0"] - before["x1"] if before else 0.0
            width = (word["x1"] - word["x0"]) / max(1, len(word["text"]))
            spaces = round(gap / width) if code and text else int(gap > 0.12 * word["size"])
            text += " " * spaces + word["text"]
            before = word
        if runs and text.startswith(" "):
            runs.append(Run(" ", False, False, None))
        runs.append(Run(text.lstrip() if runs else text, bold, code, href))
    sizes = Counter[float]()
    for word in row:
        sizes[round(word["size"] * 2) / 2] += len(word["text"])
    return Line(
        page=page,
        left=row[0]["x0"],
        right=row[-1]["x1"],
        top=min(word["top"] for word in row),
        bottom=max(word["bottom"] for word in row),
        size=sizes.most_common(1)[0][0],
        wide=median((word["x1"] - word["x0"]) / max(1, len(word["text"])) for word in row),
        runs=tuple(runs),
    )


def _href(note: dict[str, Any]) -> str | None:
    """Return where an annotation leads; a place in the document is named by a "#"."""
    if note.get("uri"):
        return str(note["uri"])
    data = note.get("data") or {}
    inside = "Dest" in data or "GoTo" in str((resolve1(data.get("A")) or {}).get("S"))
    return "#" if inside else None


def _look(word: dict[str, Any], links: Sequence[dict[str, Any]]) -> tuple[bool, bool, str | None]:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    href = next(
        (
            str(link["uri"])
            for link in links
            if link["x0"] <= x <= link["x1"] and link["top"] - 1 <= y <= link["bottom"] + 1
        ),
        None,
    )
    font = word["fontname"]
    return bool(_BOLD.search(font)), bool(_MONOSPACED.search(font)), href
