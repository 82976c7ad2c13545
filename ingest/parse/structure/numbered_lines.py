"""Headings that are numbered like steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ingest.parse.structure.evidence import (
    WITH_BODY,
    Family,
    FoundHeadings,
    Text,
    family_of,
    is_like_heading,
    look_of,
)
from ingest.parse.structure.marks import Look
from ingest.parse.structure.units import TextUnit, UnitKind, start_of


def numbered(text: Text, found: FoundHeadings) -> dict[int, Family]:
    """Find numbered lines that are not sentences, each with more under it than a step has."""
    taken: dict[int, Family] = {}
    for places in _numbered_families(text, found):
        numbers = [_number(text.units[n]) for n in places]
        if len(places) < 2 or numbers != list(range(1, len(places) + 1)):
            continue
        own = set(places)
        bodies = [text.body(n, lambda at: at in own or at in found.families) for n in places]  # noqa: B023
        rich = sum(_is_rich(body) for body in bodies)
        like = sum(is_like_heading(text.units[n]) for n in places)
        if rich >= WITH_BODY * len(places) and like == len(places):
            taken |= dict.fromkeys(places, ("1.", False))
    return taken


def _numbered_families(text: Text, found: FoundHeadings) -> Iterator[list[int]]:
    """Yield the numbered lines of each family between two headings."""
    families: dict[Family, list[int]] = defaultdict(list)
    for position, unit in enumerate(text.units):
        if unit.kind is UnitKind.HEADING or position in found.families:
            yield from families.values()
            families = defaultdict(list)
        elif unit.kind is UnitKind.NUMBERED and unit.whole:
            families["1.", False].append(position)
        elif look_of(unit) is Look.NUMBER:
            family = family_of(unit)
            assert family is not None
            families[family].append(position)
    yield from families.values()


def _number(unit: TextUnit) -> int | None:
    if unit.kind is UnitKind.NUMBERED:
        return start_of(unit)
    return unit.mark.value if unit.mark else None


def _is_rich(body: Sequence[TextUnit]) -> bool:
    """Whether there are steps in it, or several lines."""
    steps = any(
        unit.kind is UnitKind.NUMBERED or look_of(unit) in (Look.NUMBER, Look.STEP) for unit in body
    )
    return steps or sum(unit.kind is UnitKind.LINE for unit in body) > 1
