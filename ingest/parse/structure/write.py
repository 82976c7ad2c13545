"""Builds tokens for recovered structure: headings, paragraphs, and lists of steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace

from markdown_it.token import Token

from ingest.parse.structure.marks import find_mark
from ingest.parse.structure.units import TextUnit, UnitKind


def heading(unit: TextUnit, level: int, skip: int) -> list[Token]:
    """Return a line as a heading, without its first `skip` characters."""
    children = unit.tokens if unit.kind is UnitKind.LINE else tuple(unit.whole[1].children or ())
    tag = f"h{min(level, 9)}"
    place = [unit.line, unit.line + 1]
    return [
        Token("heading_open", tag, 1, map=place, block=True),
        _inline(_without(children, skip), place),
        Token("heading_close", tag, -1, block=True),
    ]


def caption(unit: TextUnit) -> list[Token]:
    """Return a line as a bold paragraph, as names of procedures are."""
    children = [
        Token("strong_open", "strong", 1, markup="**"),
        *unit.tokens,
        Token("strong_close", "strong", -1, markup="**"),
    ]
    return paragraph([replace(unit, tokens=tuple(children), cut=True)])


def paragraph(lines: Sequence[TextUnit], skip: int = 0) -> list[Token]:
    """Return lines as a paragraph, without the first `skip` characters of the first."""
    first, last = lines[0], lines[-1]
    whole = first.whole[1].map or [first.line, last.line + 1]
    cut = skip or any(line.cut for line in lines)
    complete = len(lines) == 1 + sum(
        token.type in ("softbreak", "hardbreak") for token in first.whole[1].children or ()
    )
    if complete and not cut:
        return list(first.whole)
    place = [first.line, whole[1] if complete else last.line + 1]
    children = _without(first.tokens, skip)
    for line in lines[1:]:
        assert line.leading is not None
        children += [line.leading, *line.tokens]
    opening, closing = copy(first.whole[0]), copy(first.whole[-1])
    opening.map = place
    opening.hidden = closing.hidden = False
    return [opening, _inline(children, place), closing]


def cut_line(unit: TextUnit, at: int) -> tuple[TextUnit, TextUnit]:
    """Split a line at a character into two, in paragraphs of their own."""
    head, tail = _until(unit.tokens, at), _without(unit.tokens, at)
    words = unit.text[:at].strip()
    rest = unit.text[at:].strip()
    first = replace(unit, tokens=tuple(head), text=words, mark=find_mark(words), cut=True)
    second = replace(unit, tokens=tuple(tail), text=rest, mark=find_mark(rest), cut=True)
    return first, second


def ordered_list(items: Sequence[Sequence[Token]], start: int) -> list[Token]:
    """Return the items as an ordered list that begins with `start`."""
    attrs: dict[str, str | int | float] = {} if start == 1 else {"start": start}
    return _list("ordered_list", "ol", items, attrs)


def bullet_list(items: Sequence[Sequence[Token]]) -> list[Token]:
    """Return the items as a bulleted list."""
    return _list("bullet_list", "ul", items, {})


def _list(
    name: str,
    tag: str,
    items: Sequence[Sequence[Token]],
    attrs: dict[str, str | int | float],
) -> list[Token]:
    inside: list[Token] = []
    for item in items:
        inside.append(Token("list_item_open", "li", 1, map=_place(item), block=True))
        inside += item
        inside.append(Token("list_item_close", "li", -1, block=True))
    place = _place([token for item in items for token in item])
    opening = Token(f"{name}_open", tag, 1, attrs=attrs, map=place, block=True)
    return [opening, *inside, Token(f"{name}_close", tag, -1, block=True)]


def _place(tokens: Sequence[Token]) -> list[int] | None:
    places = [token.map for token in tokens if token.map]
    return [min(p[0] for p in places), max(p[1] for p in places)] if places else None


def _inline(children: list[Token], place: list[int]) -> Token:
    content = "".join(token.content or "\n" * (token.type == "softbreak") for token in children)
    return Token("inline", "", 0, map=place, content=content, children=children, block=True)


def _until(children: Iterable[Token], end: int) -> list[Token]:
    """Return inline tokens up to a character."""
    kept: list[Token] = []
    for token in children:
        if token.type in ("text", "code_inline"):
            token = copy(token)
            token.content = token.content[:end]
            end -= len(token.content)
        kept.append(token)
    return kept


def _without(children: Iterable[Token], skip: int) -> list[Token]:
    """Return inline tokens without their first characters and the white space after them."""
    kept: list[Token] = []
    stripping = True
    for token in children:
        if stripping and token.type in ("text", "code_inline"):
            token = copy(token)
            cut = min(skip, len(token.content))
            token.content, skip = token.content[cut:], skip - cut
            if skip == 0:
                token.content = token.content.lstrip()
            stripping = not token.content
        kept.append(token)
    return kept
