"""Headings that begin with a mark: a sign, a label, a dotted number, or "Q."."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ingest.parse.structure.evidence import (
    ASKED,
    WITH_BODY,
    Family,
    FoundHeadings,
    Text,
    are_headings,
    family_of,
    is_like_heading,
    is_role_label,
    look_of,
)
from ingest.parse.structure.marks import Look
from ingest.parse.structure.units import TextUnit, UnitKind, start_of

# Units between a question and its answer; chosen by hand.
_SOON = 3
_LIST_SIGNS = set("●○◎▶▷►★☆◆◇△▲")


def questions(text: Text, found: FoundHeadings) -> dict[int, Family]:
    """Find marked questions that have an answer, or are phrased as questions."""
    places = [n for n, unit in enumerate(text.units) if look_of(unit) is Look.QUESTION]
    is_place = set(places).__contains__
    bodies = [text.body(place, is_place) for place in places]
    answered = sum(
        _is_answered(text.units[n], body) for n, body in zip(places, bodies, strict=True)
    )
    asked = sum(bool(ASKED.search(text.units[place].text)) for place in places)
    with_body = sum(bool(body) for body in bodies)
    if not places or with_body < WITH_BODY * len(places):
        return {}
    if 2 * answered >= len(places) or (
        len(places) > 1 and asked and not _are_letters(text, places)
    ):
        return {place: ("question", False) for place in places}
    return {}


def _is_answered(question: TextUnit, body: Sequence[TextUnit]) -> bool:
    """Whether an answer with the question's number follows soon."""
    number = question.mark.value if question.mark else None
    return any(
        look_of(each) is Look.ANSWER and each.mark is not None and each.mark.value == number
        for each in body[:_SOON]
    )


def _are_letters(text: Text, places: Sequence[int]) -> bool:
    """Whether the marks are letters that stand for other words as often as for "question"."""
    return all(
        text.units[place].text[:2] in ("P:", "F:", "P.", "F.", "P ", "F ") for place in places
    )


def answers(text: Text, found: FoundHeadings) -> Iterator[int]:
    """Yield the lines that begin the answer to a question."""
    asked = False
    for position, unit in enumerate(text.units):
        if position in found.families:
            asked = found.families[position][0] == "question"
        elif unit.kind is UnitKind.HEADING:
            asked = unit.mark is not None and unit.mark.look is Look.QUESTION
        elif asked and look_of(unit) is Look.ANSWER:
            yield position
            asked = False


def marked(text: Text, found: FoundHeadings) -> dict[int, Family]:
    """Find lines that begin with signs, labels or numbers that only headings have."""
    families: dict[Family, list[int]] = defaultdict(list)
    for position, unit in enumerate(text.units):
        if unit.kind is not UnitKind.LINE or position in found.families:
            continue
        look = look_of(unit)
        if look is Look.HEADING or (look is Look.LABEL and not is_role_label(unit)):
            family = family_of(unit)
            assert family is not None
            families[family].append(position)
    taken: dict[int, Family] = {}
    for family, places in families.items():
        alone = len(places) == 1
        if alone and (family[0] in _LIST_SIGNS or family[0].startswith(("1.1", "word"))):
            continue
        if are_headings(text, places):
            taken |= dict.fromkeys(places, family)
    return taken


def over_dotted(text: Text, found: FoundHeadings) -> dict[int, Family]:
    """Find numbered lines directly above "2.1 ..." with the same first number."""
    taken: dict[int, Family] = {}
    for position in found.families:
        above = text.units[position - 1] if position else None
        if above is None or found.families[position][0] != "1.1" or not is_like_heading(above):
            continue
        number = re.match(r"\d+", text.units[position].text)
        own = re.match(r"(\d{1,2})[.．]?\s+\S", above.text)
        value = start_of(above) if above.kind is UnitKind.NUMBERED else int(own[1]) if own else None
        if above.text and number and value == int(number[0]):
            taken[position - 1] = ("1.", above.bold)
    return taken
