"""Tables, normalised to one column per cell and one line per cell."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence

from bs4 import Tag
from bs4.element import NavigableString

from ingest.loaders.markup.flow import BLOCKS, HEADINGS
from ingest.loaders.markup.marks import PART, PLACE
from ingest.loaders.markup.unwrap import unwrap
from ingest.parse.caps import MAX_CELLS

# Chosen by hand: wider spans are mistakes, and longer cells are no headers.
_WIDEST_SPAN = 50
_LONGEST_HEADER = 60

_Row = list[Tag | None]


def set_out_tables(body: Tag) -> None:
    """Rewrite tables as rows of single cells. Layout tables are replaced with their content."""
    for table in reversed(body.find_all("table")):
        _caption(table)
        rows = [row for row in _rows(table) if row.get_text().strip() or row.find("img")]
        grid = _grid(rows)
        if _only_places(table, grid):
            _as_content(table)
        else:
            _rewrite(table, grid, _header_rows(rows, grid))


def _rows(table: Tag) -> list[Tag]:
    return [row for row in table.find_all("tr") if row.find_parent("table") is table]


def _cells(row: Tag) -> list[Tag]:
    return row.find_all(("td", "th"), recursive=False)


def _caption(table: Tag) -> None:
    caption = table.find("caption", recursive=False)
    if isinstance(caption, Tag):
        words = caption.extract()
        if words.get_text().strip():
            _set_over(table, words)


def _set_over(table: Tag, words: Tag) -> None:
    """Put text in bold above a table."""
    line = Tag(name="p")
    bold = Tag(name="strong")
    for block in words.find_all(BLOCKS):
        block.insert_after(NavigableString(" "))
        unwrap(block)
    for node in list(words.contents):
        bold.append(node)
    line.append(bold)
    table.insert_before(line)


def _grid(rows: Sequence[Tag]) -> list[_Row]:
    """Return the cell at each position: a spanning cell is repeated in all of its own."""
    grid: list[_Row] = [[] for _ in rows]
    taken: dict[tuple[int, int], Tag] = {}
    below = Counter(id(row.parent) for row in rows)
    for y, row in enumerate(rows):
        left = below[id(row.parent)]
        below[id(row.parent)] -= 1
        x = 0
        for cell in _cells(row):
            while (y, x) in taken:
                x += 1
            width = min(_span(cell, "colspan") or 1, _WIDEST_SPAN)
            height = min(_span(cell, "rowspan") or left, left)
            for down in range(height):
                for right in range(width):
                    taken.setdefault((y + down, x + right), cell)
            if len(taken) > MAX_CELLS:
                raise ValueError(f"a table has more than {MAX_CELLS} cells, counting spans")
            x += width
    columns = max((x for _, x in taken), default=-1) + 1
    for y, line in enumerate(grid):
        line.extend(taken.get((y, x)) for x in range(columns))
    return grid


def _span(cell: Tag, name: str) -> int:
    said = str(cell.get(name, "1")).strip()
    return int(said) if said.isdecimal() and len(said) < 6 else 1


def _only_places(table: Tag, grid: list[_Row]) -> bool:
    """Whether a table is only for layout.

    Its cells hold headings, lists or code, and it has no header row.
    """
    cells = [cell for row in grid for cell in row if cell is not None]
    columns = len(grid[0]) if grid else 0
    if table.get("role") in ("presentation", "none") or len(grid) < 2 or columns < 2:
        return True
    if any(cell.name == "th" for cell in cells):
        return False
    if any(cell.find({*HEADINGS, "table"}) for cell in cells):
        return True
    filled = any(cell.find(("ul", "ol", "pre")) for cell in cells)
    first = [cell.get_text().strip() for cell in grid[0] if cell is not None]
    named = all(0 < len(words) <= _LONGEST_HEADER for words in first)
    plain = not any(cell and cell.find(("ul", "ol", "pre")) for cell in grid[0])
    return filled and not (named and plain)


def _as_content(table: Tag) -> None:
    for row in _rows(table):
        for cell in _cells(row):
            cell.name = "div"
        unwrap(row)
    for part in table.find_all(("tbody", "thead", "tfoot", "colgroup"), recursive=False):
        unwrap(part)
    table.name = "div"
    table.attrs = {}


def _header_rows(rows: Sequence[Tag], grid: list[_Row]) -> int:
    """Return how many header rows there are."""
    count = 0
    for row, line in zip(rows, grid, strict=True):
        in_head = row.parent is not None and row.parent.name == "thead"
        if not in_head and not all(cell is None or cell.name == "th" for cell in line):
            break
        count += 1
    return count if count < len(rows) else 1


def _rewrite(table: Tag, grid: list[_Row], header: int) -> None:
    cells = {id(cell): cell for row in grid for cell in row if cell is not None}
    for cell in cells.values():
        _set_in_line(cell)
    if header > 1 and len({id(cell) for cell in grid[0]}) == 1 and grid[0][0] is not None:
        _set_over(table, grid[0][0])
        grid, header = grid[1:], header - 1
    lines = [_joined_header(grid[:header])] if header else []
    lines += [[_copied(cell) for cell in row] for row in grid[header:]]
    for node in list(table.contents):
        node.extract()
    for line in lines:
        row = Tag(name="tr")
        for cell in line:
            row.append(cell)
        table.append(row)


def _joined_header(rows: list[_Row]) -> list[Tag]:
    """Merge several header rows into one: "Meaning / on"."""
    line: list[Tag] = []
    for column in zip(*rows, strict=True):
        cell = Tag(name="td")
        above: list[str] = []
        for each in column:
            words = PLACE.sub("", each.get_text()).strip() if each is not None else ""
            if each is None or not words or words in above:
                continue
            if above:
                cell.append(NavigableString(" / "))
            above.append(words)
            for node in _copied(each).contents[:]:
                cell.append(node)
        line.append(cell)
    return line


def _copied(cell: Tag | None) -> Tag:
    if cell is None:
        return Tag(name="td")
    made = copy.copy(cell)
    made.name = "td"
    made.attrs = {}
    return made


def _set_in_line(cell: Tag) -> None:
    """Put a cell's blocks on one line, with separators between them."""
    for row in cell.find_all("tr"):
        for n, inner in enumerate(_cells(row)):
            if n:
                inner.insert_before(NavigableString(": " if n == 1 else ", "))
            unwrap(inner)
    marks = {id(item): _item_mark(item) for item in cell.find_all("li")}
    for block in reversed(cell.find_all(BLOCKS)):
        if block.name == "pre":
            _set_code_in_line(block)
            continue
        if block.name == "li":
            block.insert(0, NavigableString(marks[id(block)]))
        block.insert_before(NavigableString(PART))
        block.insert_after(NavigableString(PART))
        unwrap(block)
    for bold in cell.find_all(("b", "strong")):
        unwrap(bold)


def _item_mark(item: Tag) -> str:
    mark = str(item.get("data-mark") or "-")
    alone = item.parent is not None and len(item.parent.find_all("li", recursive=False)) == 1
    if mark[0].isdigit():
        return f"{mark} "
    return "" if alone else "• "


def _set_code_in_line(block: Tag) -> None:
    block.insert_before(NavigableString(PART))
    for line in block.get_text().split("\n"):
        if PLACE.sub("", line).strip():
            code = Tag(name="code")
            code.string = line.strip()
            block.insert_before(code)
            block.insert_before(NavigableString(" "))
    block.insert_before(NavigableString(PART))
    block.decompose()
