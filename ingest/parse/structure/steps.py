"""Finds the steps of a procedure by their consecutive numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest.parse.structure.marks import Look, Mark
from ingest.parse.structure.units import Kind, Unit, items_of, start_of

_MOST_BETWEEN = 4
"""The most paragraphs between two steps of one procedure; chosen by hand."""
_BELOW_STEPS = ("fence", "code_block")
"""Kinds of units under the last step that can only belong to it."""
_LEAST_SINGLE = 3
"""Single-item lists, each numbered 1, that form one procedure."""


@dataclass(frozen=True)
class Run:
    """Steps by position; the units after each, up to `ends[i]`, belong to it."""

    positions: tuple[int, ...]
    ends: tuple[int, ...]
    start: int


def run_at(units: Sequence[Unit], first: int, known: Collection[str] = ()) -> Run | None:
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
    return Run(tuple(positions), (*positions[1:], _tail(units, positions[-1], kinds)), 1)


def bullets_at(units: Sequence[Unit], first: int) -> Run | None:
    """Return the list items that begin at a line, all with the same bullet."""
    positions: list[int] = []
    for at in range(first, len(units)):
        unit = units[at]
        mark = unit.mark if unit.kind is Kind.LINE else None
        if mark and _is_bullet(mark) and mark == units[first].mark:
            positions.append(at)
        elif not positions or not _goes_on(unit, units[positions[-1]], set()):
            break
    if len(positions) < 2:
        return None
    return Run(tuple(positions), (*positions[1:], _tail(units, positions[-1], set())), 1)


def _is_sure(units: Sequence[Unit], first: int, known: Collection[str]) -> bool:
    """Whether a line on its own is a step: elsewhere it may be part of a sentence."""
    mark = units[first].mark
    if mark is None:
        return False
    alone = first == 0 and all(_goes_on(unit, units[first], set()) for unit in units[1:])
    return (mark.look is Look.STEP and units[first].bold) or (alone and mark.family in known)


def known_families(units: Sequence[Unit]) -> set[str]:
    """Return the families of marks that form runs of steps."""
    numbers: dict[str, set[int]] = {}
    for unit in units:
        if _is_step(unit) and unit.mark and unit.mark.value:
            numbers.setdefault(unit.mark.family, set()).add(unit.mark.value)
    return {family for family, values in numbers.items() if {1, 2} <= values}


def lists_at(units: Sequence[Unit], first: int) -> Run | None:
    """Return ordered lists that form one, with consecutive numbers, split by what is between."""
    if units[first].kind is not Kind.NUMBERED:
        return None
    positions = [first]
    between = set[int]()
    single = start_of(units[first]) == 1 and len(items_of(units[first])) == 1
    following = start_of(units[first]) + len(items_of(units[first]))
    for at in range(first + 1, len(units)):
        unit = units[at]
        if unit.kind is Kind.NUMBERED:
            again = single and start_of(unit) == 1 and len(items_of(unit)) == 1
            if start_of(unit) != following and not again:
                break
            single = again
            positions.append(at)
            between.clear()
            following = start_of(unit) + len(items_of(unit))
        elif _parts(unit) or _too_much(unit, between):
            break
    if len(positions) < (_LEAST_SINGLE if single else 2):
        return None
    ends = (*positions[1:], positions[-1] + 1)
    return Run(tuple(positions), ends, start_of(units[first]))


def _is_bullet(mark: Mark) -> bool:
    """Whether a mark begins list items; signs that do not begin headings do."""
    return mark.look is Look.BULLET or mark.is_sign


def _is_step(unit: Unit) -> bool:
    return (
        unit.kind is Kind.LINE
        and unit.mark is not None
        and unit.mark.look in (Look.NUMBER, Look.STEP)
    )


def _alike(one: Unit, other: Unit) -> bool:
    assert one.mark and other.mark
    return one.mark.family == other.mark.family


def _parts(unit: Unit) -> bool:
    """Whether a line introduces what follows rather than belonging to the step above."""
    if unit.kind is Kind.HEADING:
        return True
    return unit.kind is Kind.LINE and unit.bold and not _is_step(unit)


def _too_much(unit: Unit, between: set[int]) -> bool:
    """Whether there are too many paragraphs since the last step; adds the unit's."""
    if unit.kind is Kind.LINE and not _is_step(unit):
        between.add(unit.paragraph)
    return len(between) > _MOST_BETWEEN


def _tail(units: Sequence[Unit], last: int, between: Collection[str]) -> int:
    """Return where the last step ends: after its paragraph, and what other steps contain too."""
    end = last + 1
    if not units[last].words and end < len(units) and units[end].kind is Kind.LINE:
        below = units[end].paragraph
        while end < len(units) and units[end].paragraph == below:
            end += 1
    while end < len(units) and _goes_on(units[end], units[last], between):
        end += 1
    return end


def _goes_on(unit: Unit, last: Unit, between: Collection[str]) -> bool:
    if unit.kind is Kind.LINE:
        return unit.paragraph == last.paragraph and unit.mark is None and not unit.bold
    announced = last.text.endswith((":", "："))
    return announced or _kind(unit) in _BELOW_STEPS or _kind(unit) in between


def _kind(unit: Unit) -> str:
    return unit.tokens[0].type if unit.kind is not Kind.LINE and unit.tokens else ""
