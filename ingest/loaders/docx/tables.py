"""Tables, with a value in each cell, and a few lines of text at most per cell."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ingest.loaders.docx.package import PackageError
from ingest.loaders.docx.wordml import (
    BLOCKS,
    P_PR,
    TC,
    TR,
    P,
    child,
    name,
    number,
    run_of,
    value,
    words,
)
from ingest.parse.caps import MAX_CELLS

# Chosen by hand, far beyond any readable table.
_MAX_COLUMNS = 200


def frame_content(table: Element) -> list[Element] | None:
    """Return the content of a table that is only a frame around it, else None."""
    rows = table.findall(TR)
    cells = [cell for row in rows for cell in row.findall(TC)]
    return [each for each in cells[0] if each.tag in BLOCKS] if len(cells) == 1 else None


@dataclass
class Tables:
    """Rewrites tables. `label` removes a paragraph's number or bullet, and returns it."""

    label: Callable[[Element], str]
    places: dict[Element, int]
    begun: set[int] = field(default_factory=set)
    above: dict[int, Element] = field(default_factory=dict)
    cells: int = 0

    def write(self, table: Element) -> None:
        """Fill merged cells with their value, and turn lists and tables in cells into text."""
        rows = table.findall(TR)
        for row in rows:
            for cell in row.findall(TC):
                cell[:] = [*cell.findall(name("w:tcPr")), *self._lines(cell)]
        grid = [self._row(row) for row in rows]
        width = max(map(len, grid), default=0)
        for row, cells in zip(rows, grid, strict=True):
            cells += [Element(TC) for _ in range(width - len(cells))]
            for cell in cells:
                cell[:] = [each for each in cell if each.tag == P]
            # Borders in only some rows split cells that are merged everywhere else.
            row[:] = [cell for column, cell in enumerate(cells) if column in self.begun]
        table[:] = [row for row in rows if words(row).strip()]

    def _lines(self, cell: Element) -> list[Element]:
        lines = []
        for block in cell:
            if block.tag == P:
                self._plain(block)
            if block.tag in BLOCKS:
                line = block if block.tag == P else self._flat(block)
                lines += [line] if words(line).strip() else []
        return lines

    def _plain(self, paragraph: Element) -> None:
        label = self.label(paragraph)
        for said in paragraph.findall(P_PR):
            paragraph.remove(said)
        if label and words(paragraph).strip():
            paragraph.insert(0, run_of(f"{label} "))

    def _flat(self, table: Element) -> Element:
        """Return a nested table as a line: "A, B; C, D"."""
        line = Element(P)
        for row in table.iter(TR):
            started = False
            for cell in row.findall(TC):
                for paragraph in self._lines(cell):
                    self.places.setdefault(line, self.places.get(paragraph, 1))
                    if len(line):
                        line.append(run_of(", " if started else "; "))
                    line.extend(paragraph)
                    started = True
        return line

    def _row(self, row: Element) -> list[Element]:
        cells: list[Element] = []
        cells += [Element(TC) for _ in range(_span(value(row, "w:trPr", "w:gridBefore"), 0))]
        single = len(row.findall(TC)) == 1
        for cell in row.findall(TC):
            at = len(cells)
            merge = child(cell, "w:tcPr", "w:vMerge")
            goes_on = merge is not None and merge.get(name("w:val")) in (None, "continue", "")
            if goes_on and at in self.above:
                self._repeat(self.above[at], cell)
            elif cells and value(cell, "w:tcPr", "w:hMerge") == "continue":
                self._repeat(cells[-1], cell)
            span = _span(value(cell, "w:tcPr", "w:gridSpan"), 1)
            self.begun.add(at)
            cells.append(cell)
            for _ in range(span - 1):
                other = Element(TC)
                if not single:
                    self._repeat(cell, other)
                cells.append(other)
            for column in range(at, at + span):
                self.above.pop(column, None)
                if merge is not None:
                    self.above[column] = cell
            self.cells += span
            if self.cells > MAX_CELLS:
                raise PackageError(
                    f"has tables of more than {MAX_CELLS} cells, counting merged ones. Split it"
                )
        return cells

    def _repeat(self, cell: Element, into: Element) -> None:
        """Append one cell's text to another's."""
        own = next((self.places[each] for each in into if each in self.places), None)
        for paragraph in cell.findall(P):
            again = copy.deepcopy(paragraph)
            for mark in again.findall(name("w:bookmarkStart")):
                again.remove(mark)
            self.places[again] = own or self.places.get(paragraph, 1)
            into.append(again)


def _span(said: str | None, otherwise: int) -> int:
    return min(max(number(said, otherwise), otherwise), _MAX_COLUMNS)
