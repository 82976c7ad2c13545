"""Turns a text that somebody typed into Markdown: its lists, underlined headings, code and notes.

What else its lines are, such as headings with signs and numbered steps, is found where all formats
are read (ingest.parse.structure).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.loaders.text.escaping import escaped
from ingest.loaders.text.looks_like_code import looks_like_code
from ingest.loaders.text.plain_markup import Plain, without_markup
from ingest.parse.blocks import NOTE_LABEL
from ingest.parse.inline import unspaced
from ingest.parse.structure.headings import is_ended, is_short
from ingest.parse.structure.marks import find_mark
from ingest.remark import Remark

_BULLET = re.compile(r"([-*•‣◦▪–—·]|・|･)\s*(?=\S)")
_SPACED = set("-*–—")
"""Bullets that are one only with a space behind them."""
_RULE = re.compile(r"([=\-~^\"'*+#_.:`＝ー―─━～＊])\1{2,}$")
_NOTE = re.compile(r"([^:：]{1,30})[:：]\s*(?=\S)")
_WRAPPED = 45
"""Columns from which a line may have been cut by its width."""


@dataclass(frozen=True)
class Line:
    """A line that is not blank: its 1-based number, its indent in columns, and its words."""

    number: int
    indent: int
    text: str
    apart: bool
    """Whether a blank line is over it."""


@dataclass
class Typed:
    """A typed text as Markdown, and the source line (1-based) of each Markdown line."""

    markdown: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def put(self, text: str, number: int) -> None:
        """Add a line."""
        self.markdown.append(text)
        self.lines.append(number)

    def blank(self) -> None:
        """Add a blank line, if the last one is not."""
        if self.markdown and self.markdown[-1]:
            self.put("", self.lines[-1])


def read_typed(text: str) -> Typed:
    """Return a typed text as Markdown. Its first line is its title, if it is no sentence."""
    plain = without_markup(unicodedata.normalize("NFC", text).split("\n"))
    typed = Typed(remarks=plain.remarks)
    lines = list(_lines(plain))
    underlines = _Underlines()
    position = 0
    while position < len(lines):
        line = lines[position]
        if heading := underlines.heading(lines, position, line.number in plain.headings):
            level = plain.headings.get(line.number) or heading
            _put_heading(typed, line, level)
            position += 2 if underlines.taken else 1
        elif line.number in plain.code:
            position = _code(typed, lines, position, lambda each: each.number in plain.code)
        elif _RULE.fullmatch(line.text):
            typed.blank()
            position += 1
        elif position == 0 and _is_title(lines):
            _put_heading(typed, line, 1)
            position += 1
        elif "\t" in line.text and _is_row(lines, position):
            position = _table(typed, lines, position)
        elif _bullet(line):
            position = _list(typed, lines, position)
        elif looks_like_code(line.text):
            position = _code(typed, lines, position, lambda each: looks_like_code(each.text))
        else:
            position = _paragraph(typed, lines, position)
    return typed


def _lines(plain: Plain) -> Iterator[Line]:
    apart = True
    for number, line in enumerate(plain.lines, 1):
        words = line.replace("\u3000", " ").strip()
        if not words:
            apart = True
            continue
        wide = line.expandtabs(4)
        yield Line(number, len(wide) - len(wide.lstrip(" \u3000")), words, apart)
        apart = False


@dataclass
class _Underlines:
    """Which signs headings are underlined with, from the first that is met down."""

    signs: list[tuple[str, bool]] = field(default_factory=list)
    taken: bool = False
    over: bool = False

    def heading(self, lines: Sequence[Line], position: int, marked: bool) -> int | None:
        """Return the level of a line that is underlined, or marked up as a heading."""
        self.taken = False
        line = lines[position]
        if marked:
            return 1
        if position + 1 == len(lines) or _RULE.fullmatch(line.text):
            return None
        below = lines[position + 1]
        rule = _RULE.fullmatch(below.text)
        if not rule or below.apart or not is_short(line.text):
            return None
        if _width(below.text) < _width(line.text) / 2 and len(below.text) < 10:
            return None
        over = position > 0 and lines[position - 1].text == below.text
        sign = (rule[1], over)
        if sign not in self.signs:
            self.signs.append(sign)
        self.taken = True
        return self.signs.index(sign) + 1


def _width(text: str) -> int:
    return sum(2 if unspaced(c) else 1 for c in text)


def _put_heading(typed: Typed, line: Line, level: int) -> None:
    typed.blank()
    typed.put(f"{'#' * min(level, 6)} {escaped(line.text)}", line.number)
    typed.blank()


def _is_title(lines: Sequence[Line]) -> bool:
    first = lines[0]
    if len(lines) < 2 or _bullet(first) or is_ended(first.text) or not is_short(first.text):
        return False
    return find_mark(first.text) is None or lines[1].apart


def _is_row(lines: Sequence[Line], position: int) -> bool:
    tabs = lines[position].text.count("\t")
    near = [line for line in lines[max(0, position - 1) : position + 2] if "\t" in line.text]
    return sum(line.text.count("\t") == tabs for line in near) > 1


def _table(typed: Typed, lines: Sequence[Line], position: int) -> int:
    first = lines[position]
    typed.blank()
    while position < len(lines) and lines[position].text.count("\t") == first.text.count("\t"):
        line = lines[position]
        cells = [escaped(cell.strip()) for cell in line.text.split("\t")]
        typed.put(f"| {' | '.join(cells)} |", line.number)
        if line is first:
            typed.put("|---" * len(cells) + "|", line.number)
        position += 1
    typed.blank()
    return position


def _bullet(line: Line) -> re.Match[str] | None:
    match = _BULLET.match(line.text)
    if match and match[1] in _SPACED and not match[0].endswith(" "):
        return None
    return match


def _list(typed: Typed, lines: Sequence[Line], position: int) -> int:
    """Write a list; items further to the right, or with another bullet, are in the one before."""
    typed.blank()
    open_: list[int] = []
    first = position
    while position < len(lines):
        line = lines[position]
        bullet = _bullet(line)
        if bullet is None or (position > first and line.apart and not _goes_on(lines, position)):
            break
        while open_ and line.indent < open_[-1]:
            open_.pop()
        if not open_ or line.indent > open_[-1]:
            open_.append(line.indent)
        words = line.text[bullet.end() :]
        inside = "  " * len(open_)
        typed.put(f"{inside[2:]}- {escaped(words)}", line.number)
        position += 1
        while position < len(lines) and _continues_item(lines[position], line):
            typed.put(inside + escaped(lines[position].text), lines[position].number)
            position += 1
    typed.blank()
    return position


def _goes_on(lines: Sequence[Line], position: int) -> bool:
    """Whether a list goes on behind a blank line."""
    return _bullet(lines[position]) is not None


def _continues_item(line: Line, item: Line) -> bool:
    if line.apart or _bullet(line) or line.indent <= item.indent:
        return False
    return find_mark(line.text) is None


def _code(
    typed: Typed, lines: Sequence[Line], position: int, is_code: Callable[[Line], bool]
) -> int:
    end = position
    while end < len(lines) and is_code(lines[end]):
        end += 1
    run = lines[position:end]
    fence = "```"
    while any(fence in line.text for line in run):
        fence += "`"
    left = min(line.indent for line in run)
    typed.blank()
    typed.put(fence, run[0].number)
    for line in run:
        typed.put(" " * (line.indent - left) + line.text, line.number)
    typed.put(fence, run[-1].number)
    typed.blank()
    return end


def _paragraph(typed: Typed, lines: Sequence[Line], position: int) -> int:
    """Write a line, and those that go on with it: cut by their width, or indented under it."""
    first = lines[position]
    typed.blank()
    typed.put(_noted(first.text), first.number)
    position += 1
    while position < len(lines) and _continues(lines[position - 1], lines[position], first):
        typed.put(escaped(lines[position].text), lines[position].number)
        position += 1
    typed.blank()
    return position


def _noted(text: str) -> str:
    label = _NOTE.match(text)
    if label and NOTE_LABEL.fullmatch(label[1].strip()):
        return f"**{escaped(label[1])}:** {escaped(text[label.end() :])}"
    return escaped(text)


def _continues(before: Line, line: Line, first: Line) -> bool:
    if line.apart or _bullet(line) or _RULE.fullmatch(line.text) or looks_like_code(line.text):
        return False
    if find_mark(line.text) or "\t" in line.text:
        return False
    if line.indent > first.indent and find_mark(first.text):
        return True
    return line.indent == before.indent and _is_cut(before.text, line.text)


def _is_cut(line: str, following: str) -> bool:
    """Whether a line was cut by its width: it is long, and its sentence goes on."""
    if is_ended(line) or _width(line) < _WRAPPED:
        return following[:1].islower() and not is_ended(line) and line.isascii()
    return True
