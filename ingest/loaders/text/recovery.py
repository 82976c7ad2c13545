"""Recovers the structure of a web page that was saved as plain text, as Markdown.

What remains of the page's markup:

- the first line is the title;
- a table of contents near the top names the headings, which later stand alone on a line;
  entries that do not are links to other pages;
- a line that is only "-" (or a "-" at a line's end) is where a list item began, and sometimes
  where a nested list ended, so that two in a row close one and open the next item;
- "- text" is an item of the outer list;
- a line can be broken where an inline element was.

Whether a list was numbered follows from the line above it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.loaders.text.escaping import escaped
from ingest.loaders.text.looks_like_code import looks_like_code
from ingest.loaders.text.markdown_lines import MarkdownLines
from ingest.loaders.text.sentence import SENTENCE_END
from ingest.parse.inline import glue_between

_CONTENTS_ENTRY = re.compile(r"[-*•・]\s+(\S.*)")
_LABEL_END = (":", "：")
_CONTINUES = re.compile(r"[、。，．）」』】)\],.;—–]")
_TRAILING_DASH = re.compile(r"(?<=\S)\s+-$")
_INNER_DASH = re.compile(r"(?<=[。.!?！？])\s+-\s+(?=\S)")
_PROCEDURE = re.compile(
    r"(には|手順|ワークフロー|ステップ)([^。]*)[。:：]?$|\b(steps?|procedure|workflow)\b.*[:.]?$"
    r"|^(To|How to) .*[^.]$",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"には[:：]?$|^To [^.]*[^.:]:?$")
_NUMBERED = re.compile(r"(\d{1,2})[.)．）]\s*(?=\D)(\S.*)")


@dataclass(frozen=True)
class SavedLine:
    """A line of the source, with its 1-based number."""

    number: int
    text: str


@dataclass
class _Item:
    """A list item: its lines of text, and the items of its nested list."""

    lines: list[SavedLine] = field(default_factory=list)
    children: list[_Item] = field(default_factory=list)
    outer: bool = False
    """Whether it was written as "- text", which only items of the outer list are."""

    @property
    def first(self) -> str:
        return self.lines[0].text if self.lines else ""


@dataclass(frozen=True)
class RecoveredPage:
    """A plain text as Markdown, and the source line (1-based) of each Markdown line.

    `see_also` are the entries in the table of contents that link to other pages.
    """

    markdown: str
    lines: tuple[int, ...]
    see_also: tuple[str, ...]


def is_saved_page(text: str) -> bool:
    """Whether a text is a saved web page: list markers on lines of their own, or contents."""
    lines = _lines(text)
    return any(line.text == "-" for line in lines) or bool(_contents(lines[1:])[1])


def recover(text: str) -> RecoveredPage:
    """Recover a page's structure."""
    lines = _lines(text)
    writer = MarkdownLines()
    if not lines:
        return RecoveredPage("", (), ())
    writer.put(f"# {escaped(lines[0].text)}", lines[0].number)
    writer.blank()
    before, contents, body = _contents(lines[1:])
    headings = {entry.text for entry in contents} & {line.text for line in body}
    _write_body(before, writer)
    for heading, content in _sections(body, headings):
        if heading:
            writer.put(f"## {escaped(heading.text)}", heading.number)
            writer.blank()
        _write_body(content, writer)
    see_also = tuple(entry.text for entry in contents if entry.text not in headings)
    return RecoveredPage("\n".join(writer.markdown), tuple(writer.lines), see_also)


def _lines(text: str) -> list[SavedLine]:
    return [
        SavedLine(number, stripped)
        for number, line in enumerate(text.split("\n"), 1)
        if (stripped := unicodedata.normalize("NFC", line).replace("\u3000", " ").strip())
    ]


def _contents(
    lines: Sequence[SavedLine],
) -> tuple[list[SavedLine], list[SavedLine], list[SavedLine]]:
    """Split the lines into those before the table of contents, its entries, and the rest.

    It is the first list with an entry that stands alone on a later line. Its label is dropped.
    """
    position = 0
    last = {line.text: at for at, line in enumerate(lines)}
    while position < len(lines):
        entries: list[SavedLine] = []
        end = position
        while end < len(lines) and (match := _CONTENTS_ENTRY.fullmatch(lines[end].text)):
            entries.append(SavedLine(lines[end].number, match[1]))
            end += 1
        if any(last.get(entry.text, -1) >= end for entry in entries):
            before = list(lines[:position])
            if before and not SENTENCE_END.search(before[-1].text):
                before.pop()
            return before, entries, list(lines[end:])
        position = max(end, position + 1)
    return [], [], list(lines)


def _sections(
    body: Sequence[SavedLine], headings: set[str]
) -> list[tuple[SavedLine | None, list[SavedLine]]]:
    sections: list[tuple[SavedLine | None, list[SavedLine]]] = [(None, [])]
    pending = set(headings)
    for line in body:
        # Only the first time: the text may repeat a heading's words on a line of their own.
        if line.text in pending:
            pending.discard(line.text)
            sections.append((line, []))
        else:
            sections[-1][1].append(line)
    return sections


def _write_body(lines: Sequence[SavedLine], writer: MarkdownLines) -> None:
    """Write a section's paragraphs, code and lists."""
    marked = _marks(lines)
    position = 0
    over = ""
    while position < len(marked):
        if marked[position].text == "-" or marked[position].text.startswith("- "):
            items, position = _list(marked, position)
            _write_list(items, writer, bool(_PROCEDURE.search(over)), indent="")
            writer.blank()
            continue
        items, end = _numbered(marked, position)
        if len(items) > 1:
            _write_list(items, writer, ordered=True, indent="")
            writer.blank()
            position = end
            continue
        group, position = _paragraph(marked, position)
        over = group[-1].text
        _write_lines(group, writer, "")
        writer.blank()


def _marks(lines: Sequence[SavedLine]) -> list[SavedLine]:
    """Put list markers inside or after a text on lines of their own."""
    marked: list[SavedLine] = []
    for line in lines:
        head, *inner = _INNER_DASH.split(line.text)
        parts = [head, *(f"- {part}" for part in inner)]
        for part in parts:
            bare = _TRAILING_DASH.sub("", part)
            marked.append(SavedLine(line.number, bare))
            if bare != part:
                marked.append(SavedLine(line.number, "-"))
    return marked


def _paragraph(lines: Sequence[SavedLine], position: int) -> tuple[list[SavedLine], int]:
    """Take a paragraph, or a run of code lines, with the lines broken off it."""
    group = [lines[position]]
    position += 1
    code = looks_like_code(group[0].text)
    while position < len(lines):
        line = lines[position]
        if line.text == "-" or line.text.startswith("- "):
            break
        if code != looks_like_code(line.text):
            break
        if not code and not _is_broken(group[-1].text, line.text):
            break
        group.append(line)
        position += 1
    return group, position


def _is_broken(line: str, following: str) -> bool:
    """Whether `following` continues the sentence of `line`."""
    if _CONTINUES.match(following):
        return True
    if SENTENCE_END.search(line) or line.endswith(_LABEL_END):
        return False
    # An inline element, such as a code word, at the line's end: "...します。Version".
    tail = re.split(r"[。．！？]|[.!?]\s", line)[-1].strip()
    if tail.isascii():
        return tail != line.strip() or following[:1].islower()
    return False


def _list(lines: Sequence[SavedLine], position: int) -> tuple[list[_Item], int]:
    """Take a list from the lines at `position`, and nest its items."""
    items: list[_Item] = []
    closings: list[int] = []
    while position < len(lines):
        line = lines[position]
        if line.text.startswith("- "):
            items.append(_Item([SavedLine(line.number, line.text[2:])], outer=True))
            position = _take_continuation(lines, position + 1, items[-1])
        elif line.text == "-":
            position += 1
            if position == len(lines) or lines[position].text == "-":
                closings.append(len(items))
            elif not lines[position].text.startswith("- "):
                items.append(_Item([lines[position]]))
                position = _take_continuation(lines, position + 1, items[-1])
        else:
            break
    return _nest(items, closings), position


def _numbered(lines: Sequence[SavedLine], position: int) -> tuple[list[_Item], int]:
    """Take the lines "1. ...", "2. ..." from `position`, with their continuations."""
    items: list[_Item] = []
    while position < len(lines):
        match = _NUMBERED.fullmatch(lines[position].text)
        if not match or int(match[1]) != len(items) + 1:
            break
        items.append(_Item([SavedLine(lines[position].number, match[2])]))
        position = _take_continuation(lines, position + 1, items[-1])
    return items, position


def _take_continuation(lines: Sequence[SavedLine], position: int, item: _Item) -> int:
    """Take the lines that continue an item: broken sentences, code after a label."""
    while position < len(lines):
        last, line = item.lines[-1].text, lines[position].text
        if line == "-" or line.startswith("- ") or _NUMBERED.fullmatch(line):
            break
        code = looks_like_code(line)
        after_label = last.endswith(_LABEL_END)
        after_code = looks_like_code(last) and not SENTENCE_END.search(last)
        if not (code or after_label or after_code or _is_broken(last, line)):
            break
        if code and not (after_label or after_code):
            break
        item.lines.append(lines[position])
        position += 1
    return position


def _nest(items: list[_Item], closings: list[int]) -> list[_Item]:
    """Put the items of nested lists under their parents.

    The items after "- text" belong to it. Before the end of a nested list come that list's items:
    those that look alike, labels or sentences, back to one that does not.
    """
    nested = [False] * len(items)
    if any(item.outer for item in items):
        seen_outer = False
        for position, item in enumerate(items):
            seen_outer = seen_outer or item.outer
            nested[position] = seen_outer and not item.outer
    for end in closings:
        start = end - 1
        if start < 0:
            continue
        shape = _is_label(items[start])
        while start > 0 and not nested[start - 1] and _is_label(items[start - 1]) == shape:
            start -= 1
        # A nested list has a parent, so the first item is never in one; and if all look alike,
        # nothing was nested: the marker closed the list itself.
        if start > 0 and shape:
            for position in range(start, end):
                nested[position] = True
    outer: list[_Item] = []
    for item, inner in zip(items, nested, strict=True):
        if inner and outer:
            outer[-1].children.append(item)
        else:
            outer.append(item)
    return outer


def _is_label(item: _Item) -> bool:
    return item.first.endswith(_LABEL_END)


def _write_list(items: Sequence[_Item], writer: MarkdownLines, ordered: bool, indent: str) -> None:
    for number, item in enumerate(items, 1):
        mark = f"{number}. " if ordered else "- "
        inside = indent + " " * len(mark)
        _write_lines(item.lines, writer, inside, indent + mark)
        if item.children:
            writer.blank()
            _write_list(item.children, writer, False, inside)
        writer.blank()


def _write_lines(
    lines: Sequence[SavedLine], writer: MarkdownLines, indent: str, first: str | None = None
) -> None:
    """Write an item's or a paragraph's lines: prose joined, code in its own fences."""
    position = 0
    prefix = indent if first is None else first
    while position < len(lines):
        end = position + 1
        code = looks_like_code(lines[position].text)
        while end < len(lines) and looks_like_code(lines[end].text) == code:
            end += 1
        run = lines[position:end]
        if code:
            _write_code(run, writer, prefix, indent)
        else:
            _write_prose(run, writer, prefix, indent)
        if end < len(lines):
            writer.blank()
        position, prefix = end, indent


def _write_code(run: Sequence[SavedLine], writer: MarkdownLines, prefix: str, indent: str) -> None:
    fence = "```"
    while any(fence in line.text for line in run):
        fence += "`"
    writer.put(prefix + fence, run[0].number)
    for line in run:
        writer.put(indent + line.text, line.number)
    writer.put(indent + fence, run[-1].number)


def _write_prose(run: Sequence[SavedLine], writer: MarkdownLines, prefix: str, indent: str) -> None:
    for position, line in enumerate(run):
        text = escaped(line.text)
        if len(run) == 1 and not indent and _CAPTION.search(line.text):
            text = f"**{text}**"
        if position and not _wraps(run[position - 1].text, line.text):
            writer.blank()
        writer.put((indent if position else prefix) + text, line.number)


def _wraps(line: str, following: str) -> bool:
    return _is_broken(line, following) or not glue_between(line[-1:], following[:1])
