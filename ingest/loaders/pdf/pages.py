"""Reads a PDF's pages: lines and tables in reading order, without running heads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from pdfminer.pdfpage import PDFPage
from pdfplumber.page import Page
from pdfplumber.pdf import PDF

from ingest.loaders.pdf.lines import PageLine, Pages, Table
from ingest.loaders.pdf.running_heads import Margins, in_margins, running_heads
from ingest.loaders.pdf.sheet import Sheet
from ingest.loaders.pdf.signs import UNKNOWN, name_signs
from ingest.loaders.pdf.table_of_contents import without_contents
from ingest.loaders.pdf.unseen import take_doubles, take_unseen
from ingest.loaders.pdf.words import links_of
from ingest.loaders.pdf.writing import (
    Char,
    Direction,
    as_seen,
    by_direction,
    has_rtl,
    read_text,
    readings,
)
from ingest.remark import Remark, RemarkKind, quoted

# The numbers of this module are chosen by hand.
_PICTURE = 0.3
"""The minimum share of a page that a picture of its text covers."""
_DRAWN = 100
"""The minimum number of lines and curves on a page whose text may be drawn as shapes."""
_UNREADABLE = 0.3
"""The share of a page's signs without a known letter above which the page counts as unreadable."""
_LINES_IN_FRAME = 12
"""The minimum number of line ends in a table's largest cell for it to be a frame around text."""


@dataclass
class _Read:
    """What has been read of a document so far, and the remarks on it."""

    parts: list[PageLine | Table] = field(default_factory=list)
    margins: Margins = field(default_factory=Margins)
    pictures: list[int] = field(default_factory=list)
    unknown: Counter[int] = field(default_factory=Counter)
    readings: list[int] = field(default_factory=list)
    unseen: dict[str, int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def read_pages(pdf: PDF) -> Pages:
    """Return the content of the pages.

    A page that cannot be read becomes a remark; raises as the library does if none can be read.
    """
    read = _Read()
    failed: Exception | None = None
    number = done = 0
    leaves = PDFPage.create_pages(pdf.doc)
    while True:
        number += 1
        try:
            leaf = next(leaves, None)
            if leaf is None:
                break
            page = Page(pdf, leaf, page_number=number)
            _read_page(page, read)
            page.close()
            done += 1
        except MemoryError:
            raise  # the page may be fine
        # A broken page can raise anything inside the library.
        except Exception as error:
            failed = failed or error
            read.remarks.append(_unread(number, error))
    if failed and not done:
        raise failed
    running, on_running = running_heads(read.margins, read.parts, done)
    parts, on_contents = without_contents([part for part in read.parts if part not in running])
    return Pages(parts, [*read.remarks, *on_running, *on_contents, *_remarks(read)])


def _unread(page: int, error: Exception) -> Remark:
    why = str(error).split("\n")[0][:100] or type(error).__name__
    text = f"page {page} cannot be read: {why}"
    return Remark(line=page, kind=RemarkKind.UNREAD, text=text)


def _read_page(page: Page, read: _Read) -> None:
    number = page.page_number
    take_doubles(page)
    for text in take_unseen(page):
        read.unseen.setdefault(text, number)
    name_signs(page.chars)
    as_seen(page.chars)
    beside = readings(page.chars)
    if beside:
        read.readings.append(number)
    by = by_direction([char for char in page.chars if id(char) not in beside])
    main = max(by, key=lambda direction: len(by[direction]))
    tables = list(_tables(page)) if main is Direction.LEVEL else []
    links = links_of(page)
    parts: list[PageLine | Table] = []
    for direction in sorted(by, key=lambda each: each is not main):
        if by[direction]:
            sheet = Sheet(page, direction, links)
            found = sheet.read(by[direction], tables if direction is main else [], len(parts))
            read.unknown[number] += sheet.unknown
            if direction is Direction.LEVEL and main is not Direction.LEVEL:
                parts = [*_above(found, by[main]), *parts, *_below(found, by[main])]
            else:
                parts += found
    lines = [part for part in parts if isinstance(part, PageLine)]
    height = float(page.height if main is Direction.LEVEL else page.width)
    if len(in_margins(lines, height)) == len(parts) and _is_picture(page):
        read.pictures.append(number)
        return
    if _mostly_unknown(page.chars):
        read.unknown[number] = 0
        text = f"page {number} has glyphs whose characters the file does not give"
        read.remarks.append(Remark(line=number, kind=RemarkKind.UNREAD, text=text))
    read.margins.add(number, lines, height)
    if read.parts and parts and _goes_on(read.parts[-1], parts[0]):
        last, first = read.parts[-1], parts.pop(0)
        assert isinstance(last, Table) and isinstance(first, Table)
        read.parts[-1] = replace(last, rows=last.rows + first.rows[1:])
    read.parts += parts


def _above(lines: Sequence[PageLine | Table], body: Sequence[Char]) -> list[PageLine | Table]:
    top = min(char["top"] for char in body)
    return [line for line in lines if line.bottom <= top + 2]


def _below(lines: Sequence[PageLine | Table], body: Sequence[Char]) -> list[PageLine | Table]:
    top = min(char["top"] for char in body)
    return [line for line in lines if line.bottom > top + 2]


def _is_picture(page: Page) -> bool:
    area = float(page.width) * float(page.height)
    covered = sum(
        max(0.0, image["x1"] - image["x0"]) * max(0.0, image["bottom"] - image["top"])
        for image in page.images
    )
    return covered >= _PICTURE * area or len(page.curves) + len(page.lines) >= _DRAWN


def _mostly_unknown(chars: Sequence[Char]) -> bool:
    unknown = sum(UNKNOWN in char["text"] for char in chars)
    return unknown > _UNREADABLE * sum(not char["text"].isspace() for char in chars)


def _goes_on(last: PageLine | Table, first: PageLine | Table) -> bool:
    """Whether a table continues the one on the previous page, under the same header."""
    return (
        isinstance(last, Table)
        and isinstance(first, Table)
        and last.page < first.page
        and last.rows[0] == first.rows[0]
    )


def _tables(page: Page) -> Iterator[Table]:
    for table in page.find_tables():
        rows = [[(cell or "").replace(UNKNOWN, "") for cell in row] for row in table.extract()]
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        kept = [n for n in range(max(map(len, rows), default=0)) if any(r[n].strip() for r in rows)]
        if len(rows) > 1 and len(kept) > 1 and not _is_frame(rows):
            left, top, right, bottom = table.bbox
            cells = tuple(tuple(_cell(row[n]) for n in kept) for row in rows)
            yield Table(page.page_number, left, right, top, bottom, cells)


def _is_frame(rows: Sequence[Sequence[str]]) -> bool:
    """Whether nearly all the text is in one cell of many lines, with a border around it."""
    cells = [cell for row in rows for cell in row]
    longest = max(cells, key=len)
    return longest.count("\n") >= _LINES_IN_FRAME and len(longest) > 0.7 * sum(map(len, cells))


def _cell(text: str) -> str:
    return "\n".join(map(read_text, text.split("\n"))) if has_rtl(text) else text


def _remarks(read: _Read) -> Iterator[Remark]:
    for first, last in _stretches(read.pictures):
        text = (
            f"page {first} is a picture: its text cannot be read. Run OCR on it first"
            if first == last
            else f"pages {first} to {last} are pictures: their text cannot be read. "
            "Run OCR on them first"
        )
        yield Remark(line=first, kind=RemarkKind.UNREAD, text=text)
    unknown = +read.unknown
    if unknown:
        page, count = min(unknown), unknown.total()
        signs = "a sign" if count == 1 else f"{count} signs"
        text = f"{signs} whose characters the file does not give: left out"
        yield Remark(line=page, kind=RemarkKind.LEFT_OUT, text=text)
    if read.unseen:
        text = f"text that is slanted or invisible is left out: {quoted(read.unseen)}"
        yield Remark(line=min(read.unseen.values()), kind=RemarkKind.LEFT_OUT, text=text)
    if read.readings:
        text = "ruby annotations are left out"
        yield Remark(line=read.readings[0], kind=RemarkKind.LEFT_OUT, text=text)


def _stretches(pages: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last page of each run of consecutive pages."""
    for _, group in groupby(enumerate(pages), key=lambda pair: pair[1] - pair[0]):
        numbers = [page for _, page in group]
        yield numbers[0], numbers[-1]
