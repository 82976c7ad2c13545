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

    def drop(self, index: int, reason: str) -> None:
        """Blank out a line that is not text, and add a remark."""
        self.lines[index] = ""
        text = f"{reason} is left out"
        self.remarks.append(Remark(line=index + 1, kind=RemarkKind.LEFT_OUT, text=text))


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
    for index, line in enumerate(plain.lines):
        if index + 1 in plain.code:
            continue
        if directive := _DIRECTIVE.match(line):
            _take_directive(plain, index, directive)
        elif _COMMENT.match(line):
            _comment(plain, index)
        elif automatic := _AUTOMATIC.match(line):
            number = numbers[automatic[1]] = numbers.get(automatic[1], 0) + 1
            rest = _plain_roles(line[automatic.end() :])
            plain.lines[index] = f"{automatic[1]}{number}{automatic[2]}{rest}"
        else:
            if line.strip() and not line.startswith(" "):
                numbers = {}
            _double_colon(plain, index, line)


def _double_colon(plain: PlainLines, index: int, line: str) -> None:
    """Handle a line that ends in "::", which introduces code."""
    plain.lines[index] = _plain_roles(line)
    if line.rstrip().endswith("::"):
        stripped = plain.lines[index].rstrip()
        plain.lines[index] = "" if stripped.strip() == "::" else stripped[:-1]
        plain.code |= {n + 1 for n in _indented(plain.lines, index)}


def _take_directive(plain: PlainLines, index: int, directive: re.Match[str]) -> None:
    name, words = directive[2].lower(), directive[3].strip()
    below = _indented(plain.lines, index)
    options = [n for n in below if re.match(r"\s*:[\w-]+:", plain.lines[n])]
    for n in options:
        plain.lines[n] = ""
    below = [n for n in below if n not in options]
    if name in _CODE:
        plain.lines[index] = ""
        plain.code |= {n + 1 for n in below}
    elif name in _NOTES:
        _label(plain, index, name.capitalize(), words, below)
    elif name in _TITLED:
        plain.lines[index] = f"{directive[1]}{words}"
    else:
        plain.drop(index, f"the directive {name}")
        for n in below:
            plain.lines[n] = ""


def _label(plain: PlainLines, index: int, label: str, words: str, below: Sequence[int]) -> None:
    plain.lines[index] = f"{label}: {words}" if words else ""
    for position, n in enumerate(below):
        plain.lines[n] = _plain_roles(plain.lines[n].strip())
        if position == 0 and not words:
            plain.lines[n] = f"{label}: {plain.lines[n]}"


def _comment(plain: PlainLines, index: int) -> None:
    plain.lines[index] = ""
    for n in _indented(plain.lines, index):
        plain.lines[n] = ""


def _indented(lines: Sequence[str], index: int) -> list[int]:
    """Return the indices of the lines below that are indented further; blank ones are skipped."""
    left = len(lines[index]) - len(lines[index].lstrip())
    found: list[int] = []
    for n in range(index + 1, len(lines)):
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
    for index, line in enumerate(plain.lines):
        rule = _ADOC_FENCE.match(line.strip())
        if fence is not None:
            if line.strip() == fence:
                plain.lines[index], fence = "", None
            else:
                plain.code.add(index + 1)
        elif rule and _is_delimiter(plain.lines, index):
            plain.lines[index], fence = "", line.strip()
        elif heading := _ADOC_HEADING.match(line):
            plain.lines[index] = line[heading.end() :]
            plain.headings[index + 1] = len(heading[1])
            numbers = []
        elif item := _ADOC_ITEM.match(line):
            depth = len(item[1])
            numbers = [*numbers[:depth], *[0] * (depth - len(numbers))]
            numbers[-1] += 1
            plain.lines[index] = f"{'   ' * (depth - 1)}{numbers[-1]}. {line[item.end() :]}"
        elif _ADOC_ATTRIBUTES.match(line.strip()):
            plain.lines[index] = ""


def _is_delimiter(lines: Sequence[str], index: int) -> bool:
    """Whether a line opens a delimited block: another one like it closes it."""
    rule = lines[index].strip()
    return any(line.strip() == rule for line in lines[index + 1 :])
