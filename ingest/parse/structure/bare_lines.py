"""Headings without any mark, in a text without markup: short lines set apart."""

from __future__ import annotations

from ingest.parse.structure.evidence import (
    LIKE_HEADINGS,
    LONGEST_BARE,
    WITH_BODY,
    Family,
    FoundHeadings,
    Text,
    is_ended,
    is_short,
    names_steps,
)
from ingest.parse.structure.units import TextUnit, UnitKind


def bare(text: Text, found: FoundHeadings) -> dict[int, Family]:
    """Find short lines set apart in a text without markup, above sentences or steps."""
    if not text.typed:
        return {}
    places = []
    for position, unit in enumerate(text.units):
        if unit.kind is not UnitKind.LINE or unit.mark or position in found.families:
            continue
        if not text.stands_apart(position) or not is_short(unit.text, LONGEST_BARE):
            continue
        if not is_ended(unit.text) and not unit.tokens[0].type == "code_inline":
            places.append(position)
    is_place = set(places).__contains__
    bodies = [text.body(n, lambda at: is_place(at) or at in found.families) for n in places]
    said = [body for body in bodies if body and _says_something(body[0])]
    if len(places) < 2 or len(said) < LIKE_HEADINGS * len(places):
        return {}
    if found.families and not all(_over(found, n) for n in places):
        return {}
    return dict.fromkeys(places, ("bare", False))


def announcing(text: Text, found: FoundHeadings) -> dict[int, Family]:
    """Find short lines set apart that end in a colon, above steps or lists, in a typed text."""
    if not text.typed or text.has_headings or found.families:
        return {}
    places = [
        n
        for n, unit in enumerate(text.units)
        if unit.kind is UnitKind.LINE
        and unit.mark is None
        and unit.text.endswith((":", "："))
        and text.stands_apart(n)
        and is_short(unit.text, LONGEST_BARE)
    ]
    listed = [n for n in places if names_steps(text, n)]
    if len(places) < 2 or len(listed) < WITH_BODY * len(places):
        return {}
    return dict.fromkeys(places, ("colon", False))


def _over(found: FoundHeadings, position: int) -> bool:
    """Whether a heading of another family is above a line."""
    return bool(found.families) and min(found.families) < position


def _says_something(unit: TextUnit) -> bool:
    """Whether a block is a sentence, a list or code, rather than a short line like a heading."""
    if unit.kind is not UnitKind.LINE:
        return True
    return is_ended(unit.text) or bool(unit.mark) or not is_short(unit.text, LONGEST_BARE)
