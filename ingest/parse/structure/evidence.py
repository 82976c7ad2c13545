"""Evidence that a line is a heading: its length, how it ends, and what follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.parse.roles import role_of
from ingest.parse.structure.marks import Look
from ingest.parse.structure.units import TextUnit, UnitKind
from kb.text.width import text_width

_ENDED = re.compile(r"[。．.!！;；,，、:：]['\"”’」』)）]*$")
ASKED = re.compile(r"[?？]['\"”’」』)）]*$")
# Chosen by hand.
_LONGEST = 100
"""Columns of a heading's text: a letter counts one, a Chinese character two."""
LONGEST_BARE = 60
# Signs that begin list items just as often: a single one is no heading.
# Shares of the lines of one kind that have text under them, and look like headings; chosen by hand.
WITH_BODY = 0.7
LIKE_HEADINGS = 0.8

Family = tuple[str, bool]


@dataclass(frozen=True)
class Text:
    """A text's units. `typed`: it has no markup at all; `place` returns a unit's source line."""

    units: Sequence[TextUnit]
    typed: bool
    place: Callable[[TextUnit], int]

    def body(self, position: int, ends: Callable[[int], bool]) -> list[TextUnit]:
        """Return the units under a line, up to one that `ends` accepts, a heading, or the end."""
        body: list[TextUnit] = []
        for at in range(position + 1, len(self.units)):
            if self.units[at].kind is UnitKind.HEADING or ends(at):
                break
            body.append(self.units[at])
        return body

    def stands_apart(self, position: int) -> bool:
        """Whether a blank line or nothing precedes a line."""
        unit = self.units[position]
        before = self.units[position - 1] if position else None
        if before is None or before.kind is UnitKind.HEADING:
            return True
        return self.place(unit) - self.place(before) > 1

    @property
    def has_headings(self) -> bool:
        """Whether it has headings besides its title."""
        levels = [unit.level for unit in self.units if unit.kind is UnitKind.HEADING]
        return len(levels) > 1 or any(level > 1 for level in levels)


@dataclass
class FoundHeadings:
    """The heading lines with their families, by position; and the lines of answers."""

    families: dict[int, Family] = field(default_factory=dict)
    answers: set[int] = field(default_factory=set)
    title: int | None = None


def is_short(text: str, longest: int = _LONGEST) -> bool:
    """Whether a line is no longer than a heading."""
    return text_width(text) <= longest


def is_ended(text: str) -> bool:
    """Whether a line ends like a sentence, or continues; a question may be a heading."""
    return bool(_ENDED.search(text))


def is_like_heading(unit: TextUnit) -> bool:
    """Whether a line is short and not a sentence."""
    return is_short(unit.words or unit.text) and not is_ended(unit.words or unit.text)


def are_headings(text: Text, places: Sequence[int]) -> bool:
    """Whether lines of one kind are headings: most look like one, and have text under them."""
    like = [n for n in places if is_like_heading(text.units[n])]
    is_place = set(places).__contains__
    bodies = [text.body(n, is_place) for n in places]
    headed = sum(bool(body) for body in bodies)
    deeper = sum(_is_deeper(text.units[n + 1 : n + 2], text.units[n]) for n in places)
    with_body = headed + deeper >= WITH_BODY * len(places)
    return headed > 0 and with_body and len(like) >= LIKE_HEADINGS * len(places)


def _is_deeper(following: Sequence[TextUnit], unit: TextUnit) -> bool:
    """Whether the next line is a heading below this one, judging by its mark."""
    return any(
        unit.mark and each.mark and each.mark.family == "#" and each.mark.depth > unit.mark.depth
        for each in following
    )


def names_steps(text: Text, position: int) -> bool:
    """Whether steps directly follow a line."""
    following = text.units[position + 1 : position + 2]
    return any(
        unit.kind in (UnitKind.NUMBERED, UnitKind.BULLETS)
        or look_of(unit) in (Look.NUMBER, Look.STEP)
        for unit in following
    )


def is_role_label(unit: TextUnit) -> bool:
    """Whether a line begins with a bracketed label that gives the role of what follows."""
    return unit.mark is not None and role_of(unit.text[: unit.mark.end]) is not None


def family_of(unit: TextUnit) -> Family | None:
    """Return the family of lines that a line belongs to, by its mark and boldness."""
    if unit.mark is None:
        return None
    return unit.mark.family, unit.bold


def look_of(unit: TextUnit) -> Look | None:
    """Return how a line's mark is used."""
    return unit.mark.look if unit.mark and unit.kind is UnitKind.LINE else None
