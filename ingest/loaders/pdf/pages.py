"""Reads a PDF's pages: lines and tables in reading order, without running heads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from statistics import median

from pdfminer.pdfpage import PDFPage
from pdfplumber.page import Page
from pdfplumber.pdf import PDF

from ingest.loaders.pdf.columns import Column, columns_of
from ingest.loaders.pdf.lines import PageLine, Pages, Run, Table
from ingest.loaders.pdf.rows import Row
from ingest.loaders.pdf.signs import UNKNOWN, name_signs
from ingest.loaders.pdf.unseen import take_doubles, take_unseen
from ingest.loaders.pdf.words import Box, LinkArea, Word, links_of, words_of
from ingest.loaders.pdf.writing import (
    Char,
    Direction,
    as_seen,
    by_direction,
    goes_left,
    has_rtl,
    mirrored,
    read_row,
    read_text,
    readings,
    turned,
    turned_box,
)
from ingest.parse.inline import unspaced
from ingest.remark import Remark, RemarkKind

# The numbers of this module are chosen by hand.
_MARGIN = 0.09
"""Share of a page's height, at top and bottom, in which running heads may be."""
_EDGE = 0.05
"""The same for those that appear on one page only."""
_TALL = 600.0
"""The minimum height (points) of a page whose margins may hold a running head."""
_PICTURE = 0.3
"""The minimum share of a page that a picture of its text covers."""
_DRAWN = 100
"""The minimum number of lines and curves on a page whose text may be drawn as shapes."""
_UNREADABLE = 0.3
"""The share of a page's signs without a known letter above which the page counts as unreadable."""
_CLEAR = 1.2
"""The minimum distance of running heads from the text, in font sizes."""
_LINES_IN_FRAME = 12
"""The minimum number of line ends in a table's largest cell for it to be a frame around text."""
_LONGEST = 60
"""How many characters of what is left out are quoted."""
_SHAPE = re.compile(r"[●○❍■□▪◻❑▲▼◆◇❖➢➲]")
_LEADER = re.compile(r"(?:[.…・·․]\s?){3,}\s*[\divxl]+$|(?:\s?[.…・]){5,}\s*[\divxl]*$")
_CONTENTS = re.compile(
    r"(?:table of )?contents|目\s*次|inhalt(?:sverzeichnis)?|sommaire|table des matières|[íi]ndice"
    r"|contenido|sommario|目录|차례|目錄",
    re.IGNORECASE,
)
_PARTED = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af\uff10-\uff5a]")
_PAGE_OF = re.compile(
    r"\b(?:page|seite|p[áa]gina|pagina|sida|side|p\.|s\.)\s*\d+(?:\s*(?:of|von|de|di|av|/)\s*\d+)?"
    r"|^\d+\s*(?:of|von|de|di|/)\s*\d+$|\d+\s*/\s*\d+\s*ページ",
    re.IGNORECASE,
)


@dataclass
class _Read:
    """What has been read of a document so far, and the remarks on it."""

    parts: list[PageLine | Table] = field(default_factory=list)
    margins: list[PageLine] = field(default_factory=list)
    edges: list[PageLine] = field(default_factory=list)
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
    running = _running_heads(read, done)
    parts = _without_contents([part for part in read.parts if part not in running], read)
    return Pages(parts, [*read.remarks, *_remarks(read)])


def _without_contents(parts: Sequence[PageLine | Table], read: _Read) -> list[PageLine | Table]:
    """Return the parts without a table of contents."""
    listed = {
        n
        for n, part in enumerate(parts)
        if isinstance(part, PageLine) and _LEADER.search(part.text)
    }
    listed = {n for n in listed if n - 1 in listed or n + 1 in listed}
    said = {
        _title(part.text)
        for n, part in enumerate(parts)
        if isinstance(part, PageLine) and n not in listed
    }
    found = sum(_title(part.text) in said for n in listed if isinstance(part := parts[n], PageLine))
    if 2 * found < len(listed) or not listed:
        return list(parts)
    title = parts[min(listed) - 1] if min(listed) else None
    if isinstance(title, PageLine) and _CONTENTS.fullmatch(title.text.strip()):
        listed.add(min(listed) - 1)
    page = parts[min(listed)].page
    text = "the table of contents is left out: the headings that it names are in the text"
    read.remarks.append(Remark(line=page, kind=RemarkKind.LEFT_OUT, text=text))
    return [part for n, part in enumerate(parts) if n not in listed]


def _title(text: str) -> str:
    """Return the title in a line of a table of contents, for comparison with headings."""
    return re.sub(r"[\W_]+", "", _LEADER.sub("", text.strip())).lower()


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
            sheet = _Sheet(page, direction, links)
            found = sheet.read(by[direction], tables if direction is main else [], len(parts))
            read.unknown[number] += sheet.unknown
            if direction is Direction.LEVEL and main is not Direction.LEVEL:
                parts = [*_above(found, by[main]), *parts, *_below(found, by[main])]
            else:
                parts += found
    lines = [part for part in parts if isinstance(part, PageLine)]
    height = float(page.height if main is Direction.LEVEL else page.width)
    margins = [x for x in lines if _in_margin(x, height, _MARGIN)]
    if len(margins) == len(parts) and _is_picture(page):
        read.pictures.append(number)
        return
    if _mostly_unknown(page.chars):
        read.unknown[number] = 0
        text = f"page {number} has glyphs whose characters the file does not give"
        read.remarks.append(Remark(line=number, kind=RemarkKind.UNREAD, text=text))
    read.margins += margins
    # With wide margins, a page number alone is further in.
    ends = lines[:1] + lines[-1:]
    read.margins += [x for x in ends if x.text.strip(" -–—") == str(number) and x not in margins]
    if height >= _TALL:
        read.edges += [x for x in margins if _in_margin(x, height, _EDGE)]
    if read.parts and parts and _goes_on(read.parts[-1], parts[0]):
        last, first = read.parts[-1], parts.pop(0)
        assert isinstance(last, Table) and isinstance(first, Table)
        read.parts[-1] = replace(last, rows=last.rows + first.rows[1:])
    read.parts += parts


def _in_margin(line: PageLine, height: float, share: float) -> bool:
    return line.top < height * share or line.bottom > height * (1 - share)


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


class _Sheet:
    """A page rotated so that one of its writing directions runs to the right."""

    def __init__(self, page: Page, direction: Direction, links: Sequence[LinkArea]) -> None:
        self.page = page
        self.direction = direction
        self.width = float(page.bbox[0] + page.bbox[2])
        self.height = float(page.bbox[1] + page.bbox[3])
        self.links = [replace(link, box=self._turned(link.box)) for link in links]
        self.unknown = 0

    def _turned(self, box: Box) -> Box:
        return turned_box(box, self.direction, self.width, self.height)

    def read(
        self, chars: Sequence[Char], tables: Sequence[Table], flow: int
    ) -> list[PageLine | Table]:
        """Return its content in reading order; `flow` is the number of its first column."""
        laid = [turned(char, self.direction, self.width, self.height) for char in chars]
        words = [
            word
            for word in words_of(laid, self.links)
            if not any(_within(word, table) for table in tables)
        ]
        mirror = goes_left([char["text"] for char in chars])
        if mirror:
            words = [mirrored(word, self.width) for word in words]
            tables = [self._mirrored(table) for table in tables]
        found: list[PageLine | Table] = []
        for column in columns_of(words, tables):
            notes = {id(row) for _, note in column.notes for row in note.rows}
            for row in _with_notes(column):
                if row.table:
                    found.append(replace(row.table, left=row.table.left - column.shift))
                elif line := self._line(row, column, flow, mirror):
                    found.append(replace(line, aside=id(row) in notes))
            flow += 1
        return found

    def _mirrored(self, table: Table) -> Table:
        rows = tuple(tuple(reversed(row)) for row in table.rows)
        left, right = self.width - table.right, self.width - table.left
        return replace(table, left=left, right=right, rows=rows)

    def _line(self, row: Row, column: Column, flow: int, mirror: bool) -> PageLine | None:
        words = row.words
        if mirror or any(has_rtl(word.text) for word in words):
            words = read_row(words, mirror=mirror)
        words = list(self._known(words))
        if not words:
            return None
        sizes = Counter[float]()
        for word in words:
            sizes[round(word.size * 2) / 2] += len(word.text)
        size = sizes.most_common(1)[0][0]
        return PageLine(
            page=self.page.page_number,
            flow=flow,
            left=row.left - column.shift,
            second=(words[1].left if len(words) > 1 else row.right) - column.shift,
            right=row.right - column.shift,
            top=row.top,
            bottom=row.bottom,
            size=size,
            wide=max(0.1, median((w.right - w.left) / max(1, len(w.text)) for w in words)),
            full=row.right > column.right - 3 * size,
            italic=all(word.italic for word in words),
            parted=row.parted,
            runs=tuple(_runs(words)),
        )

    def _known(self, words: Sequence[Word]) -> Iterator[Word]:
        """Yield the words without unknown glyphs; one before a line is its bullet.

        So is a glyph of an icon font.
        """
        for n, word in enumerate(words):
            if n == 0 and len(words) > 1 and word.picture and _SHAPE.fullmatch(word.text):
                yield replace(word, text="•")
            elif UNKNOWN not in word.text:
                yield word
            elif n == 0 and len(words) > 1 and len(word.text) == 1:
                yield replace(word, text="•")
            else:
                self.unknown += word.text.count(UNKNOWN)
                if text := word.text.replace(UNKNOWN, ""):
                    yield replace(word, text=text)


def _with_notes(column: Column) -> Iterator[Row]:
    """Yield a column's rows, each followed by the notes beside it."""
    for n, row in enumerate(column.rows):
        yield row
        for at, note in column.notes:
            if at == n:
                yield from note.rows


def _within(word: Word, table: Table) -> bool:
    x, y = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    across = table.left - 1 <= x <= table.right + 1
    return across and table.top - 1 <= y <= table.bottom + 1


def _runs(words: Sequence[Word]) -> Iterator[Run]:
    before: Word | None = None
    first = True
    for (bold, code, href), group in groupby(words, key=lambda w: (w.bold, w.code, w.href)):
        text = ""
        for word in group:
            gap = word.left - before.right if before else 0.0
            width = (word.right - word.left) / max(1, len(word.text))
            spaces = round(gap / width) if code and text and width else int(gap > 0.12 * word.size)
            if before and gap < word.size and _is_east_asian(before.text[-1], word.text[0]):
                spaces = 0
            text += " " * spaces + word.text
            before = word
        if not first and text.startswith(" "):
            yield Run(" ", False, False, None)
        yield Run(text if first else text.lstrip(), bold, code, href)
        first = False


def _is_east_asian(*letters: str) -> bool:
    """Whether the letters belong to a script without spaces between words.

    Korean has spaces, and so do full-width Latin letters.
    """
    return all(unspaced(each) and not _PARTED.match(each) for each in letters)


def _running_heads(read: _Read, pages: int) -> set[PageLine]:
    counts = Counter(_numberless(line.text) for line in read.margins)
    often = max(2, pages / 2)
    found = {
        line
        for line in read.margins
        if re.fullmatch(r"[\divxlc /|of-]*", line.text.strip().lower())
        or (pages > 2 and counts[_numberless(line.text)] >= often)
    }
    if pages == 2:
        found |= _on_both(read, found)
    margins = set(read.margins)
    sizes = [line.size for line in read.parts if isinstance(line, PageLine) and line not in margins]
    body = median(sizes) if sizes else 0.0
    once = [line for line in read.edges if line not in found and _is_once(line, body)]
    if once:
        named = ", ".join(f"“{line.text.strip()}”" for line in once[:3])
        text = f"running heads are left out: {named}"
        read.remarks.append(Remark(line=once[0].page, kind=RemarkKind.LEFT_OUT, text=text))
    return found | set(once)


def _on_both(read: _Read, found: Collection[PageLine]) -> set[PageLine]:
    """Return what is at the same place on both of two pages, and add a remark on it."""
    first, second = ([x for x in read.margins if x.page == page] for page in (1, 2))
    pairs = [
        (one, two)
        for one in first
        for two in second
        if one not in found and _numberless(one.text) == _numberless(two.text)
        if max(abs(one.top - two.top), min(abs(one.left - two.left), abs(one.right - two.right)))
        < 2
    ]
    both = {line for pair in pairs for line in pair}
    text = [part for part in read.parts if part not in both and part not in found]
    both = {line for pair in pairs if all(_stands_clear(x, text) for x in pair) for line in pair}
    if both:
        said = dict.fromkeys(line.text.strip() for line in read.margins if line in both)
        named = ", ".join(f"“{_shortened(text)}”" for text in list(said)[:3])
        remark = f"running heads on both pages are left out: {named}"
        read.remarks.append(Remark(line=1, kind=RemarkKind.LEFT_OUT, text=remark))
    return both


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
        named = ", ".join(f"“{_shortened(text)}”" for text in list(read.unseen)[:3])
        text = f"text that is slanted or invisible is left out: {named}"
        yield Remark(line=min(read.unseen.values()), kind=RemarkKind.LEFT_OUT, text=text)
    if read.readings:
        text = "ruby annotations are left out"
        yield Remark(line=read.readings[0], kind=RemarkKind.LEFT_OUT, text=text)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"


def _stretches(pages: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last page of each run of consecutive pages."""
    for _, group in groupby(enumerate(pages), key=lambda pair: pair[1] - pair[0]):
        numbers = [page for _, page in group]
        yield numbers[0], numbers[-1]
