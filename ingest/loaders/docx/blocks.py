"""Classifies each paragraph: heading, list item, continued item, code, table line."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ingest.loaders.docx.looks import Looks
from ingest.loaders.docx.numbering import Level, Numbering
from ingest.loaders.docx.styles import Numbered, Styles
from ingest.loaders.docx.tables import Tables, frame_content
from ingest.loaders.docx.text_boxes import HANGS
from ingest.loaders.docx.wordml import (
    P_PR,
    TBL,
    P,
    child,
    properties,
    replace,
    run_of,
    set_style,
    value,
    words,
)

DEPTHS = range(1, 10)
"""How many list levels are distinguished; deeper items join the last level."""
TITLE, QUOTE, CELL = "guidebotTitle", "guidebotQuote", "guidebotCell"
HEADING, CODE, TEXT = "guidebotHeading", "guidebotCode", "guidebotText"
NUMBER, BULLET = "guidebotNumber", "guidebotBullet"

_QUOTES = ("Block Text", "Quote", "Intense Quote", "Quotations")
# Characters; chosen by hand.
_LONGEST_HEADING = 200
_LEVEL_INDENT = 720
"""In twips (1/20 point): the indent of a list level in the lists that Word makes."""
_MIN_INDENT = _LEVEL_INDENT // 2
_SAME_INDENT = 180
"""In twips: indents that differ by less than half of it are the same level; chosen by hand."""
_LETTER = 120
"""In twips: the width of a character of code at 10 points."""


@dataclass
class _Item:
    """An open list item, and where its text begins."""

    list_id: str
    level: int
    indent: tuple[int, int] | None


@dataclass
class Blocks:
    """Gives each paragraph of a document a style that tells the converter what it is.

    `numbers` are those of list items, `blank` the empty lines of code.
    """

    styles: Styles
    numbering: Numbering
    looks: Looks
    places: dict[Element, int]
    numbers: dict[Element, int] = field(default_factory=dict)
    blank: set[Element] = field(default_factory=set)
    _open: list[_Item] = field(default_factory=list)
    _code: tuple[str, int] | None = None
    _waiting: list[Element] = field(default_factory=list)
    _title: Element | None = None

    def write(self, container: Element) -> None:
        """Set the style of everything in the document's body."""
        blocks = list(container)
        while blocks:
            block = blocks.pop(0)
            content = frame_content(block) if block.tag == TBL else None
            if content is not None:
                replace(container, block, content)
                blocks[:0] = content
            elif block.tag == TBL:
                self._close()
                Tables(self._label, self.places).write(block)
            elif block.tag == P and words(block).strip():
                self._paragraph(block, container)
            elif block.tag == P:
                self._empty(block)

    def _close(self) -> None:
        self._open, self._code, self._title = [], None, None
        self._waiting = []

    def _empty(self, paragraph: Element) -> None:
        if self._code:
            self._waiting.append(paragraph)
        if numbered := self.styles.numbered(paragraph):
            self._count(paragraph, numbered)

    def _paragraph(self, paragraph: Element, container: Element) -> None:
        style = value(paragraph, "w:pPr", "w:pStyle")
        level = self.styles.heading(paragraph)
        numbered = self.styles.numbered(paragraph)
        if self.styles.is_any(style, ["Title"]):
            self._set_title(paragraph, container)
            return
        if level is not None:
            self._heading(paragraph, level)
            return
        self._title = None
        if numbered and not self._look(paragraph, numbered).is_blank:
            self._item(paragraph, numbered)
        elif self.looks.is_code(paragraph):
            self._code_line(paragraph, self._depth_of_more(paragraph, numbered))
        elif depth := self._depth_of_more(paragraph, numbered):
            del self._open[depth:]
            self._styled(paragraph, f"{TEXT}{depth}")
        else:
            self._close()
            if self.styles.is_any(style, _QUOTES):
                self._styled(paragraph, QUOTE)
            else:
                self._without_number(paragraph)

    def _styled(self, paragraph: Element, style: str) -> None:
        set_style(paragraph, style)
        self._without_number(paragraph)
        if not style.startswith(CODE):
            self._code, self._waiting = None, []

    def _without_number(self, paragraph: Element) -> None:
        props = properties(paragraph)
        if (found := child(props, "w:numPr")) is not None:
            props.remove(found)

    def _set_title(self, paragraph: Element, container: Element) -> None:
        title = self._title
        self._close()
        if title is not None:
            title.append(run_of(" "))
            title.extend(each for each in paragraph if each.tag != P_PR)
            container.remove(paragraph)
        self._title = paragraph if title is None else title
        self._styled(self._title, TITLE)

    def _heading(self, paragraph: Element, level: int) -> None:
        self._close()
        label = self._label(paragraph)
        if label:
            paragraph.insert(list(paragraph).index(properties(paragraph)) + 1, run_of(label + " "))
        long = len(words(paragraph)) > _LONGEST_HEADING
        self._styled(paragraph, CELL if long else f"{HEADING}{min(level, 6)}")

    def _label(self, paragraph: Element) -> str:
        """Return a paragraph's number or bullet, and count it."""
        numbered = self.styles.numbered(paragraph)
        if numbered is None:
            return ""
        self._count(paragraph, numbered)
        look = self._look(paragraph, numbered)
        if look.is_ordered:
            return self.numbering.label(numbered.list_id, self._level(paragraph, numbered))
        heading = self.styles.heading(paragraph) is not None
        return "" if heading or look.is_blank else "•"

    def _item(self, paragraph: Element, numbered: Numbered) -> None:
        look = self._look(paragraph, numbered)
        level = self._level(paragraph, numbered)
        count = self._count(paragraph, numbered)
        direct = child(paragraph, "w:pPr", "w:ind")
        indent = self.styles.indent(paragraph) if direct is not None else look.indent
        self._open_item(_Item(numbered.list_id, level, indent or self.styles.indent(paragraph)))
        if look.is_ordered and count is not None:
            self.numbers[paragraph] = count
        depth = min(len(self._open), DEPTHS[-1])
        self._styled(paragraph, f"{NUMBER if look.is_ordered else BULLET}{depth}")

    def _open_item(self, item: _Item) -> None:
        """Close the items that a new one is not nested in, and open it."""
        while self._open:
            last = self._open[-1]
            if self.numbering.same(last.list_id, item.list_id):
                deeper = item.level - last.level
            elif item.indent and last.indent:
                deeper = (item.indent[0] - last.indent[0] + _SAME_INDENT // 2) // _SAME_INDENT
            else:
                deeper = item.level - last.level
            if deeper > 0:
                break
            self._open.pop()
            if deeper == 0:
                break
        self._open.append(item)

    def _depth_of_more(self, paragraph: Element, numbered: Numbered | None) -> int:
        """Return the depth of the item that a paragraph continues; 0 if none."""
        if not self._open:
            return 0
        if numbered:
            return min(self._level(paragraph, numbered) + 1, len(self._open))
        if paragraph.get(HANGS):
            return len(self._open)
        indent = self.styles.indent(paragraph)
        left = indent[0] if indent else 0
        fitting = [n for n, item in enumerate(self._open, 1) if left >= _least(item)]
        if fitting and left >= _MIN_INDENT:
            return fitting[-1]
        by_font = self.looks.is_code(paragraph) and not self.looks.is_named_code(paragraph)
        return len(self._open) if by_font and left < _MIN_INDENT else 0

    def _code_line(self, paragraph: Element, depth: int) -> None:
        del self._open[depth:]
        style = f"{CODE}{depth}" if depth else CODE
        indent = self.styles.indent(paragraph)
        left = indent[0] if indent else 0
        if self._code and self._code[0] == style:
            for each in self._waiting:
                self._styled(each, style)
                self.blank.add(each)
            if further := (left - self._code[1]) // _LETTER:
                at = list(paragraph).index(properties(paragraph)) + 1
                paragraph.insert(at, run_of(" " * max(further, 0)))
        else:
            self._code = (style, left)
        self._waiting = []
        self._styled(paragraph, style)

    def _level(self, paragraph: Element, numbered: Numbered) -> int:
        return self.numbering.level(numbered, value(paragraph, "w:pPr", "w:pStyle"))

    def _look(self, paragraph: Element, numbered: Numbered) -> Level:
        return self.numbering.look(numbered.list_id, self._level(paragraph, numbered))

    def _count(self, paragraph: Element, numbered: Numbered) -> int | None:
        return self.numbering.count(numbered.list_id, self._level(paragraph, numbered))


def _least(item: _Item) -> int:
    """Return the smallest indent at which text under an item belongs to it."""
    if item.indent is None:
        return _LEVEL_INDENT * (item.level + 1) - _MIN_INDENT
    return sum(item.indent) // 2
