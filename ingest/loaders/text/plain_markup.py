"""Strips reStructuredText and AsciiDoc markup from a text file.

https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html
https://docs.asciidoctor.org/asciidoc/latest/syntax-quick-reference/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.remark import Remark, RemarkKind

_DIRECTIVE = re.compile(r"(\s*)\.\. (?:\|[^|]+\| )?([\w-]+)::\s*(.*)$")
_COMMENT = re.compile(r"(\s*)\.\.(?:\s+(?!\[).*)?$")
_ROLE = re.compile(r":[\w:.-]+:`([^`<]*?)\s*(?:<[^`>]*>)?`")
_LITERAL = re.compile(r"``([^`]+)``|(?<![\w`])`([^`<]+?)\s*<[^`>]*>`__?")
_AUTOMATIC = re.compile(r"(\s*)#([.)])(?=\s)")
_CODE = ("code", "code-block", "sourcecode", "parsed-literal", "highlight", "prompt", "console")
_NOTES = ("note", "warning", "tip", "important", "caution", "danger", "hint", "attention", "error")
_TITLED = ("admonition", "rubric", "topic", "sidebar", "dropdown", "tab-item", "tab")

_ADOC_HEADING = re.compile(r"(={1,6})\s+(?=\S)(?!.*=$)")
_ADOC_ITEM = re.compile(r"(\.{1,5})\s+(?=\S)")
_ADOC_ATTRIBUTES = re.compile(r"\[[^\]]*\]$|:[\w-]+:(?:\s.*)?$")
_ADOC_FENCE = re.compile(r"(-{4,}|\.{4,})$")


@dataclass
class PlainLines:
    """A text's lines without such markup; `headings` and `code` are keyed by 1-based line number.

    A heading's value is its level.
    """

    lines: list[str]
    headings: dict[int, int] = field(default_factory=dict)
    code: set[int] = field(default_factory=set)
    remarks: list[Remark] = field(default_factory=list)

    def drop(self, row: int, reason: str) -> None:
        """Blank out a line that is not text, and add a remark."""
        self.lines[row] = ""
        text = f"{reason} is left out"
        self.remarks.append(Remark(line=row + 1, kind=RemarkKind.LEFT_OUT, text=text))


def without_markup(lines: Sequence[str]) -> PlainLines:
    """Return a text's lines without markup, if it is in one of these languages."""
    plain = PlainLines(list(lines))
    if any(_DIRECTIVE.match(line) or _ROLE.search(line) for line in lines):
        _restructured(plain)
    elif any(_ADOC_HEADING.match(line) for line in lines):
        _asciidoc(plain)
    return plain


def _restructured(plain: PlainLines) -> None:
    numbers: dict[str, int] = {}
    for row, line in enumerate(plain.lines):
        if row + 1 in plain.code:
            continue
        if directive := _DIRECTIVE.match(line):
            _take_directive(plain, row, directive)
        elif _COMMENT.match(line):
            _comment(plain, row)
        elif automatic := _AUTOMATIC.match(line):
            number = numbers[automatic[1]] = numbers.get(automatic[1], 0) + 1
            rest = _plain_roles(line[automatic.end() :])
            plain.lines[row] = f"{automatic[1]}{number}{automatic[2]}{rest}"
        else:
            if line.strip() and not line.startswith(" "):
                numbers = {}
            _double_colon(plain, row, line)


def _double_colon(plain: PlainLines, row: int, line: str) -> None:
    """Handle a line that ends in "::", which introduces code."""
    plain.lines[row] = _plain_roles(line)
    if line.rstrip().endswith("::"):
        stripped = plain.lines[row].rstrip()
        plain.lines[row] = "" if stripped.strip() == "::" else stripped[:-1]
        plain.code |= {n + 1 for n in _indented(plain.lines, row)}


def _take_directive(plain: PlainLines, row: int, directive: re.Match[str]) -> None:
    name, words = directive[2].lower(), directive[3].strip()
    below = _indented(plain.lines, row)
    options = [n for n in below if re.match(r"\s*:[\w-]+:", plain.lines[n])]
    for n in options:
        plain.lines[n] = ""
    below = [n for n in below if n not in options]
    if name in _CODE:
        plain.lines[row] = ""
        plain.code |= {n + 1 for n in below}
    elif name in _NOTES:
        _label(plain, row, name.capitalize(), words, below)
    elif name in _TITLED:
        plain.lines[row] = f"{directive[1]}{words}"
    else:
        plain.drop(row, f"the directive {name}")
        for n in below:
            plain.lines[n] = ""


def _label(plain: PlainLines, row: int, label: str, words: str, below: Sequence[int]) -> None:
    plain.lines[row] = f"{label}: {words}" if words else ""
    for position, n in enumerate(below):
        plain.lines[n] = _plain_roles(plain.lines[n].strip())
        if position == 0 and not words:
            plain.lines[n] = f"{label}: {plain.lines[n]}"


def _comment(plain: PlainLines, row: int) -> None:
    plain.lines[row] = ""
    for n in _indented(plain.lines, row):
        plain.lines[n] = ""


def _indented(lines: Sequence[str], row: int) -> list[int]:
    """Return the indices of the lines below that are indented further; blank ones are skipped."""
    left = len(lines[row]) - len(lines[row].lstrip())
    found: list[int] = []
    for n in range(row + 1, len(lines)):
        line = lines[n]
        if line.strip():
            if len(line) - len(line.lstrip()) <= left:
                break
            found.append(n)
    return found


def _plain_roles(line: str) -> str:
    return _LITERAL.sub(lambda m: m[1] or m[2], _ROLE.sub(r"\1", line))


def _asciidoc(plain: PlainLines) -> None:
    numbers: list[int] = []
    fence = None
    for row, line in enumerate(plain.lines):
        rule = _ADOC_FENCE.match(line.strip())
        if fence is not None:
            if line.strip() == fence:
                plain.lines[row], fence = "", None
            else:
                plain.code.add(row + 1)
        elif rule and _is_delimiter(plain.lines, row):
            plain.lines[row], fence = "", line.strip()
        elif heading := _ADOC_HEADING.match(line):
            plain.lines[row] = line[heading.end() :]
            plain.headings[row + 1] = len(heading[1])
            numbers = []
        elif item := _ADOC_ITEM.match(line):
            depth = len(item[1])
            numbers = [*numbers[:depth], *[0] * (depth - len(numbers))]
            numbers[-1] += 1
            plain.lines[row] = f"{'   ' * (depth - 1)}{numbers[-1]}. {line[item.end() :]}"
        elif _ADOC_ATTRIBUTES.match(line.strip()):
            plain.lines[row] = ""


def _is_delimiter(lines: Sequence[str], row: int) -> bool:
    """Whether a line opens a delimited block: another one like it closes it."""
    rule = lines[row].strip()
    return any(line.strip() == rule for line in lines[row + 1 :])
