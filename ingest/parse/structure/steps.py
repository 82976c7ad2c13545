"""Finds the steps of a procedure by their consecutive numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest.parse.structure.marks import Look, Mark
from ingest.parse.structure.units import TextUnit, UnitKind, items_of, start_of

_MAX_BETWEEN = 4
"""The most paragraphs between two steps of one procedure; chosen by hand."""
_BELOW_STEPS = ("fence", "code_block")
"""Kinds of units under the last step that can only belong to it."""
# Chosen by hand.
_MIN_SINGLE = 3
"""Single-item lists, each numbered 1, that form one procedure."""


@dataclass(frozen=True)
class StepRun:
    """Steps by position; the units after each, up to `ends[i]`, belong to it."""

    positions: tuple[int, ...]
    ends: tuple[int, ...]
    start: int


def run_at(units: Sequence[TextUnit], first: int, known: Collection[str] = ()) -> StepRun | None:
    """Return the steps that begin at a line, if there are several.

    A single one counts if nothing else is there and its family is `known` for steps in the text.
    """
    mark = units[first].mark
    if not _is_step(units[first]) or mark is None or mark.value != 1:
        return None
    positions = [first]
    between = set[int]()
    for at in range(first + 1, len(units)):
        unit = units[at]
        if _is_step(unit) and _alike(unit, units[first]):
            if unit.mark is None or unit.mark.value != len(positions) + 1:
                break
            positions.append(at)
            between.clear()
        elif _parts(unit) or _too_much(unit, between):
            break
    if len(positions) < 2 and not _is_sure(units, first, known):
        return None
    kinds = {_kind(unit) for unit in units[first : positions[-1]]}
    return StepRun(tuple(positions), (*positions[1:], _tail(units, positions[-1], kinds)), 1)


def bullets_at(units: Sequence[TextUnit], first: int) -> StepRun | None:
    """Return the list items that begin at a line, all with the same bullet."""
    positions: list[int] = []
    for at in range(first, len(units)):
        unit = units[at]
        mark = unit.mark if unit.kind is UnitKind.LINE else None
        if mark and _is_bullet(mark) and mark == units[first].mark:
            positions.append(at)
        elif not positions or not _goes_on(unit, units[positions[-1]], set()):
            break
    if len(positions) < 2:
        return None
    return StepRun(tuple(positions), (*positions[1:], _tail(units, positions[-1], set())), 1)


def _is_sure(units: Sequence[TextUnit], first: int, known: Collection[str]) -> bool:
    """Whether a line on its own is a step: elsewhere it may be part of a sentence."""
    mark = units[first].mark
    if mark is None:
        return False
    alone = first == 0 and all(_goes_on(unit, units[first], set()) for unit in units[1:])
    return (mark.look is Look.STEP and units[first].bold) or (alone and mark.family in known)


def known_families(units: Sequence[TextUnit]) -> set[str]:
    """Return the families of marks that form runs of steps."""
    numbers: dict[str, set[int]] = {}
    for unit in units:
        if _is_step(unit) and unit.mark and unit.mark.value:
            numbers.setdefault(unit.mark.family, set()).add(unit.mark.value)
    return {family for family, values in numbers.items() if {1, 2} <= values}


def lists_at(units: Sequence[TextUnit], first: int) -> StepRun | None:
    """Return ordered lists that form one, with consecutive numbers, split by what is between."""
    if units[first].kind is not UnitKind.NUMBERED:
        return None
    positions = [first]
    between = set[int]()
    single = start_of(units[first]) == 1 and len(items_of(units[first])) == 1
    following = start_of(units[first]) + len(items_of(units[first]))
    for at in range(first + 1, len(units)):
        unit = units[at]
        if unit.kind is UnitKind.NUMBERED:
            again = single and start_of(unit) == 1 and len(items_of(unit)) == 1
            if start_of(unit) != following and not again:
                break
            single = again
            positions.append(at)
            between.clear()
            following = start_of(unit) + len(items_of(unit))
        elif _parts(unit) or _too_much(unit, between):
            break
    if len(positions) < (_MIN_SINGLE if single else 2):
        return None
    ends = (*positions[1:], positions[-1] + 1)
    return StepRun(tuple(positions), ends, start_of(units[first]))


def _is_bullet(mark: Mark) -> bool:
    """Whether a mark begins list items; signs that do not begin headings do."""
    return mark.look is Look.BULLET or mark.is_sign


def _is_step(unit: TextUnit) -> bool:
    return (
        unit.kind is UnitKind.LINE
        and unit.mark is not None
        and unit.mark.look in (Look.NUMBER, Look.STEP)
    )


def _alike(one: TextUnit, other: TextUnit) -> bool:
    assert one.mark and other.mark
    return one.mark.family == other.mark.family


def _parts(unit: TextUnit) -> bool:
    """Whether a line introduces what follows rather than belonging to the step above."""
    if unit.kind is UnitKind.HEADING:
        return True
    return unit.kind is UnitKind.LINE and unit.bold and not _is_step(unit)


def _too_much(unit: TextUnit, between: set[int]) -> bool:
    """Whether there are too many paragraphs since the last step; adds the unit's."""
    if unit.kind is UnitKind.LINE and not _is_step(unit):
        between.add(unit.paragraph)
    return len(between) > _MAX_BETWEEN


def _tail(units: Sequence[TextUnit], last: int, between: Collection[str]) -> int:
    """Return where the last step ends: after its paragraph, and what other steps contain too."""
    end = last + 1
    if not units[last].words and end < len(units) and units[end].kind is UnitKind.LINE:
        below = units[end].paragraph
        while end < len(units) and units[end].paragraph == below:
            end += 1
    while end < len(units) and _goes_on(units[end], units[last], between):
        end += 1
    return end


def _goes_on(unit: TextUnit, last: TextUnit, between: Collection[str]) -> bool:
    if unit.kind is UnitKind.LINE:
        return unit.paragraph == last.paragraph and unit.mark is None and not unit.bold
    announced = last.text.endswith((":", "："))
    return announced or _kind(unit) in _BELOW_STEPS or _kind(unit) in between


def _kind(unit: TextUnit) -> str:
    return unit.tokens[0].type if unit.kind is not UnitKind.LINE and unit.tokens else ""
