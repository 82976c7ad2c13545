"""Divides a text into the units that structure is recovered from: lines, and other blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from markdown_it.token import Token

from ingest.parse.structure.marks import Mark, find_mark

_BREAKS = ("softbreak", "hardbreak")


class UnitKind(StrEnum):
    """A unit's type."""

    LINE = "line"
    HEADING = "heading"
    NUMBERED = "numbered"
    """An ordered list."""
    BULLETS = "bullets"
    OTHER = "other"


@dataclass(frozen=True, eq=False)
class TextUnit:
    """A line of a paragraph, or another kind of block.

    `tokens` are the block's, or a line's inline tokens; `line` is its 0-based Markdown line.
    `paragraph` is shared by the lines of one paragraph; `leading` is the line break before a line.
    `bold` says whether all of it is. `mark` is what it begins with. `level` is a heading's.
    """

    kind: UnitKind
    tokens: tuple[Token, ...]
    line: int
    text: str = ""
    bold: bool = False
    mark: Mark | None = None
    paragraph: int = -1
    leading: Token | None = None
    level: int = 0
    whole: tuple[Token, ...] = field(default=())
    """All tokens of the line's paragraph."""
    starts: bool = False
    """Whether it is the first line of its paragraph."""
    cut: bool = False
    """Whether part of the line's text was cut off."""

    @property
    def words(self) -> str:
        """The line's own text, without its mark."""
        return self.text[self.mark.end :].strip() if self.mark else self.text.strip()


def split(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split tokens into top-level blocks, each with all its tokens."""
    blocks: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            blocks.append([])
        blocks[-1].append(token)
        depth += token.nesting
    return blocks


def units_of(tokens: Sequence[Token]) -> list[TextUnit]:
    """Return the units of top-level blocks."""
    units: list[TextUnit] = []
    for number, block in enumerate(split(tokens)):
        first = block[0]
        line = (first.map or [0, 0])[0]
        if first.type == "paragraph_open":
            units += _lines(block, number)
        elif first.type == "heading_open":
            text = "".join(_visible(token) for token in block[1].children or ()).strip()
            level, mark = int(first.tag[1:]), find_mark(text)
            units.append(
                TextUnit(UnitKind.HEADING, tuple(block), line, text, mark=mark, level=level)
            )
        elif first.type == "ordered_list_open":
            units.append(_numbered(block, line))
        elif first.type == "bullet_list_open":
            units.append(TextUnit(UnitKind.BULLETS, tuple(block), line))
        else:
            units.append(TextUnit(UnitKind.OTHER, tuple(block), line))
    return units


def _lines(block: list[Token], number: int) -> Iterator[TextUnit]:
    inline = block[1]
    line = (inline.map or [0, 0])[0]
    for offset, leading, children in _inline_lines(inline.children or []):
        text = "".join(_visible(token) for token in children)
        yield TextUnit(
            UnitKind.LINE,
            tuple(children),
            line + offset,
            text=text.strip(),
            bold=bool(text.strip()) and _is_bold(children),
            mark=find_mark(text.strip()),
            paragraph=number,
            leading=leading,
            whole=tuple(block),
        )


def _inline_lines(
    children: Sequence[Token],
) -> Iterator[tuple[int, Token | None, list[Token]]]:
    """Yield a paragraph's lines; one that begins inside bold text or a link does not count."""
    line: list[Token] = []
    leading: Token | None = None
    start = offset = depth = 0
    for token in children:
        depth += token.nesting
        if token.type in _BREAKS:
            offset += 1
            if depth == 0:
                yield start, leading, line
                line, leading, start = [], token, offset
                continue
        line.append(token)
    yield start, leading, line


def _visible(token: Token) -> str:
    if token.type in ("text", "code_inline"):
        return token.content
    if token.type in _BREAKS:
        return " "
    return token.content if token.type == "image" else ""


def _is_bold(children: Sequence[Token]) -> bool:
    bold = 0
    for token in children:
        bold += (token.type == "strong_open") - (token.type == "strong_close")
        if not bold and _visible(token).strip():
            return False
    return True


def _numbered(block: list[Token], line: int) -> TextUnit:
    """Return an ordered list's unit; a single short item may be a numbered heading."""
    items = split(block[1:-1])
    unit = TextUnit(UnitKind.NUMBERED, tuple(block), line)
    if len(items) != 1:
        return unit
    inside = split(items[0][1:-1])
    if len(inside) != 1 or inside[0][0].type != "paragraph_open":
        return unit
    children = inside[0][1].children or []
    if any(token.type in _BREAKS for token in children):
        return unit
    text = "".join(_visible(token) for token in children).strip()
    return TextUnit(
        UnitKind.NUMBERED, tuple(block), line, text, bold=_is_bold(children), whole=tuple(inside[0])
    )


def start_of(unit: TextUnit) -> int:
    """Return an ordered list's first number."""
    return int(unit.tokens[0].attrGet("start") or 1)


def items_of(unit: TextUnit) -> list[list[Token]]:
    """Return a list's items, each with its opening and closing tokens."""
    return split(unit.tokens[1:-1])
