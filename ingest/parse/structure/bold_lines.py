"""Headings that are bold lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ingest.parse.blocks import NOTE_LABEL
from ingest.parse.roles import is_bare
from ingest.parse.structure.evidence import (
    ASKED,
    Family,
    FoundHeadings,
    Text,
    are_headings,
    family_of,
    is_like_heading,
    look_of,
    names_steps,
)
from ingest.parse.structure.marks import Look
from ingest.parse.structure.units import TextUnit, UnitKind


def bold(text: Text, found: FoundHeadings) -> dict[int, Family]:
    """Find bold lines with text under them: all of them, in a text without other headings.

    If there are headings, only questions, and those that cover all of a section.
    """
    places = [
        n
        for n, unit in enumerate(text.units)
        if unit.kind is UnitKind.LINE
        and unit.bold
        and n not in found.families
        and _may_head(unit)
        and (_stands_alone(text, n) or unit.mark or ASKED.search(unit.text))
    ]
    if text.has_headings or any(not family[1] for family in found.families.values()):
        sections = _by_section(text, places, found)
        parts = [_asked(text, part) or _covering(text, part, found) for part in sections]
    else:
        parts = _by_family(text, places)
    taken: dict[int, Family] = {}
    for part in parts:
        # The first of them may be the title, above all others.
        below = part[1:] if part and part[0] == 0 and len(part) > 2 else part
        if len(below) > 1 and are_headings(text, below):
            taken |= {place: _bold_family(text.units[place]) for place in part}
    return taken


def _bold_family(unit: TextUnit) -> Family:
    return family_of(unit) or ("bold", True)


def _by_family(text: Text, places: Sequence[int]) -> list[list[int]]:
    """Group bold lines by their marks; a title above them joins those without a mark."""
    families: dict[Family, list[int]] = defaultdict(list)
    for place in places:
        families[_bold_family(text.units[place])].append(place)
    return list(families.values())


def _may_head(unit: TextUnit) -> bool:
    """Whether bold text can be a heading: note labels and roles are handled elsewhere."""
    if unit.leading is not None or look_of(unit) in (Look.STEP, Look.ANSWER):
        return False
    if not is_like_heading(unit):
        return False
    words = unit.text.rstrip(":： ")
    return not (NOTE_LABEL.fullmatch(words) or is_bare(words) or unit.text.endswith((":", "：")))


def _stands_alone(text: Text, position: int) -> bool:
    """Whether a line is a paragraph of its own: directly above text it is more likely a term."""
    following = text.units[position + 1 : position + 2]
    return all(each.paragraph != text.units[position].paragraph for each in following)


def _by_section(text: Text, places: Sequence[int], found: FoundHeadings) -> Iterator[list[int]]:
    part: list[int] = []
    wanted = set(places)
    for position, unit in enumerate(text.units):
        if unit.kind is UnitKind.HEADING or position in found.families:
            yield part
            part = []
        elif position in wanted:
            part.append(position)
    yield part


def _asked(text: Text, part: Sequence[int]) -> list[int]:
    asked = [n for n in part if ASKED.search(text.units[n].text)]
    return asked if len(asked) > 1 else []


def _covering(text: Text, part: Sequence[int], found: FoundHeadings) -> list[int]:
    """Return a section's bold lines if none of its text is above the first.

    If they are all above numbered lists, they name its procedures.
    """
    if not part or all(names_steps(text, place) for place in part):
        return []
    first = part[0]
    before = text.units[first - 1] if first else None
    at_top = before is None or before.kind is UnitKind.HEADING or first - 1 in found.families
    return list(part) if at_top else []
