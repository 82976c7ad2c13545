"""Converts a typed text to Markdown: its lists, underlined headings, code and notes.

Other structure, such as headings with symbols and numbered steps, is recovered for all formats in
ingest.parse.structure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.loaders.text.escaping import escaped
from ingest.loaders.text.looks_like_code import looks_like_code
from ingest.loaders.text.markdown_lines import MarkdownLines
from ingest.loaders.text.plain_markup import PlainLines, without_markup
from ingest.parse.blocks import NOTE_LABEL
from ingest.parse.structure.evidence import is_ended, is_short
from ingest.parse.structure.marks import Look, find_mark
from ingest.remark import Remark
from kb.text.fold import letters_and_digits
from kb.text.width import text_width

_BULLET = re.compile(r"(->|=>|[-*•‣◦▪–—·→⇒➔]|・|･)\s*(?=\S)")
_SPACED = ("-", "*", "–", "—", "->", "=>")
"""Bullets that need a space after them."""
_FRAME = re.compile(r"[+|\s─│┌┐└┘├┤┬┴┼━┃═║╔╗╚╝-]{3,}$")
_FRAMED = re.compile(r"[|│┃║]\s*([^|│┃║]+?)\s*[|│┃║]$")
_RULED = re.compile(r"([=\-~*#_＝―─━])\1{1,}\s*([^\s=\-~*#_＝―─━].*?)\s*\1{2,}$")
_LEADER = re.compile(r"(.+?)\s*(?:[.…・·]\s?){4,}\s*\d*$")
_DASHES = re.compile(r"-{2,}(?:\s+-{2,})+$")
_COLUMNS = re.compile(r"\s{2,}|\t+")
# Chosen by hand.
_NEAR = 8
"""How many lines further down the next number of a list may be."""
_RULE = re.compile(r"([=\-~^\"'*+#_.:`＝ー―─━～＊])\1{2,}$")
_NOTE = re.compile(r"([^:：]{1,30})[:：]\s*(?=\S)")
# Chosen by hand.
_WRAPPED = 45
"""The line width, in columns, from which a line may have been wrapped."""


@dataclass(frozen=True)
class TypedLine:
    """A non-blank line: its 1-based number, its indent in columns, and its text."""

    number: int
    indent: int
    text: str
    apart: bool
    """Whether a blank line precedes it."""


@dataclass
class Typed(MarkdownLines):
    """A typed text as Markdown, with remarks."""

    remarks: list[Remark] = field(default_factory=list)


def read_typed(text: str) -> Typed:
    """Convert a typed text to Markdown. Its first line is its title unless it is a sentence."""
    plain = without_markup(unicodedata.normalize("NFC", text).split("\n"))
    typed = Typed(remarks=plain.remarks)
    lines, contents = _without_contents(list(_lines(plain)))
    underlines = _Underlines()
    position = 0
    while position < len(lines):
        line = lines[position]
        if level := plain.headings.get(line.number) or _in_contents(line, contents):
            _put_heading(typed, line, level)
            position += 1
        elif heading := underlines.heading(lines, position):
            _put_heading(typed, *heading)
            position += 1 if heading[0] is not line else 2
        elif line.number in plain.code:
            position = _code(typed, lines, position, lambda each: each.number in plain.code)
        elif _RULE.fullmatch(line.text) or _FRAME.fullmatch(line.text):
            typed.blank()
            position += 1
        elif position == 0 and _is_title(lines):
            _put_heading(typed, line, 1)
            position += 1
        elif "\t" in line.text and _is_row(lines, position):
            position = _table(typed, lines, position)
        elif position + 1 < len(lines) and _DASHES.fullmatch(lines[position + 1].text):
            position = _table(typed, lines, position)
        elif _bullet(line):
            position = _list(typed, lines, position)
        elif looks_like_code(line.text):
            position = _code(typed, lines, position, lambda each: looks_like_code(each.text))
        else:
            position = _paragraph(typed, lines, position)
    return typed


def _lines(plain: PlainLines) -> Iterator[TypedLine]:
    apart = True
    for number, line in enumerate(plain.lines, 1):
        words = line.replace("\u3000", " ").strip()
        if not words:
            apart = True
            continue
        wide = line.expandtabs(4)
        framed = _FRAMED.fullmatch(words)
        words = framed[1] if framed else words
        yield TypedLine(number, len(wide) - len(wide.lstrip(" \u3000")), words, apart)
        apart = False


def _without_contents(lines: Sequence[TypedLine]) -> tuple[list[TypedLine], set[str]]:
    """Return the lines without a table of contents with page numbers, and its entries."""
    contents: dict[int, str] = {}
    for line in lines:
        if entry := _LEADER.fullmatch(line.text):
            contents[line.number] = letters_and_digits(entry[1])
    below = {letters_and_digits(line.text) for line in lines if line.number not in contents}
    names = below.intersection(contents.values())
    # Dot leaders lead to prices as well as to pages.
    if len(names) < 2 or len(names) < len(contents) / 2:
        return list(lines), set()
    return [line for line in lines if line.number not in contents], names


def _in_contents(line: TypedLine, contents: set[str]) -> int | None:
    return 2 if contents and letters_and_digits(line.text) in contents else None


@dataclass
class _Underlines:
    """Assigns heading levels to underline characters, in order of first appearance."""

    signs: list[str] = field(default_factory=list)

    def heading(self, lines: Sequence[TypedLine], position: int) -> tuple[TypedLine, int] | None:
        """Return a line as a heading, with its level, if it is underlined or between two rules."""
        line = lines[position]
        ruled = _RULED.fullmatch(line.text)
        if ruled and is_short(ruled[2]) and not is_ended(ruled[2]):
            return replace(line, text=ruled[2]), self._level(f"{ruled[1]}{ruled[1]}")
        if position + 1 == len(lines) or _RULE.fullmatch(line.text):
            return None
        below = lines[position + 1]
        rule = _RULE.fullmatch(below.text)
        if not rule or below.apart or not is_short(line.text):
            return None
        # A short rule under a long line separates; chosen by hand.
        if text_width(below.text) < text_width(line.text) / 2 and len(below.text) < 10:
            return None
        over = position > 0 and lines[position - 1].text == below.text
        return line, self._level(rule[1] + "^" * over)

    def _level(self, sign: str) -> int:
        if sign not in self.signs:
            self.signs.append(sign)
        return self.signs.index(sign) + 1


def _put_heading(typed: Typed, line: TypedLine, level: int) -> None:
    typed.blank()
    typed.put(f"{'#' * min(level, 6)} {escaped(line.text)}", line.number)
    typed.blank()


def _is_title(lines: Sequence[TypedLine]) -> bool:
    first = lines[0]
    if len(lines) < 2 or _bullet(first) or is_ended(first.text) or not is_short(first.text):
        return False
    mark = find_mark(first.text)
    if mark is None:
        return True
    again = (find_mark(line.text) for line in lines[1:])
    return lines[1].apart and all(each is None or each.family != mark.family for each in again)


def _is_row(lines: Sequence[TypedLine], position: int) -> bool:
    tabs = lines[position].text.count("\t")
    near = [line for line in lines[max(0, position - 1) : position + 2] if "\t" in line.text]
    return sum(line.text.count("\t") == tabs for line in near) > 1


def _table(typed: Typed, lines: Sequence[TypedLine], position: int) -> int:
    """Write lines whose cells are separated by tabs, or by spaces above a rule of dashes."""
    first = lines[position]
    cells = _cells(first)
    typed.blank()
    while position < len(lines) and (position == 0 or not _ends_table(lines, position, first)):
        line = lines[position]
        position += 1
        if _DASHES.fullmatch(line.text):
            continue
        row = [*map(escaped, _cells(line)), *[""] * len(cells)][
            : max(len(cells), len(_cells(line)))
        ]
        typed.put(f"| {' | '.join(row)} |", line.number)
        if line is first:
            typed.put("|---" * len(cells) + "|", line.number)
    typed.blank()
    return position


def _ends_table(lines: Sequence[TypedLine], position: int, first: TypedLine) -> bool:
    line = lines[position]
    if line is first:
        return False
    return line.apart or (len(_cells(line)) < 2 and not _DASHES.fullmatch(line.text))


def _cells(line: TypedLine) -> list[str]:
    return [cell.strip() for cell in _COLUMNS.split(line.text)]


def _bullet(line: TypedLine) -> re.Match[str] | None:
    match = _BULLET.match(line.text)
    if match and match[1] in _SPACED and not match[0].endswith(" "):
        return None
    return match


def _list(typed: Typed, lines: Sequence[TypedLine], position: int) -> int:
    """Write a list; items indented further, or with another bullet, are nested in the last one."""
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


def _goes_on(lines: Sequence[TypedLine], position: int) -> bool:
    """Whether a list continues after a blank line."""
    return _bullet(lines[position]) is not None


def _continues_item(line: TypedLine, item: TypedLine) -> bool:
    if line.apart or _bullet(line) or line.indent <= item.indent:
        return False
    return find_mark(line.text) is None


def _code(
    typed: Typed, lines: Sequence[TypedLine], position: int, is_code: Callable[[TypedLine], bool]
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


def _paragraph(typed: Typed, lines: Sequence[TypedLine], position: int) -> int:
    """Write a line and its continuations: wrapped lines, or lines indented under it."""
    first = lines[position]
    typed.blank()
    typed.put(_noted(first.text), first.number)
    position += 1
    while position < len(lines) and _continues(lines, position, first):
        typed.put(escaped(lines[position].text), lines[position].number)
        position += 1
    typed.blank()
    return position


def _noted(text: str) -> str:
    label = _NOTE.match(text)
    if label and NOTE_LABEL.fullmatch(label[1].strip()):
        return f"**{escaped(label[1])}:** {escaped(text[label.end() :])}"
    return escaped(text)


def _continues(lines: Sequence[TypedLine], position: int, first: TypedLine) -> bool:
    before, line = lines[position - 1], lines[position]
    if line.apart or _bullet(line) or _RULE.fullmatch(line.text) or looks_like_code(line.text):
        return False
    if "\t" in line.text or _DASHES.fullmatch(line.text):
        return False
    if find_mark(line.text):
        # A date or an amount at the start of a line, in the middle of a sentence.
        prose = not find_mark(first.text) and not is_ended(before.text)
        return prose and not _may_be_marked(lines, position)
    if line.indent > first.indent and find_mark(first.text):
        return True
    return line.indent == before.indent and _is_cut(before.text, line.text)


def _may_be_marked(lines: Sequence[TypedLine], position: int) -> bool:
    """Whether the number before or after a line's own is nearby."""
    mark = find_mark(lines[position].text)
    if mark is None or mark.value is None or mark.look is not Look.NUMBER:
        return mark is not None
    behind = range(position + 1, min(len(lines), position + _NEAR))
    before = range(position - 1, max(-1, position - _NEAR), -1)
    for places, wanted in ((behind, mark.value + 1), (before, mark.value - 1)):
        for at in places:
            other = find_mark(lines[at].text)
            if other and other.family == mark.family:
                if other.value == wanted:
                    return True
                break
    return False


def _is_cut(line: str, following: str) -> bool:
    """Whether a line was wrapped: it is long, and its sentence continues."""
    if is_ended(line) or text_width(line) < _WRAPPED:
        return following[:1].islower() and not is_ended(line) and line.isascii()
    return True
