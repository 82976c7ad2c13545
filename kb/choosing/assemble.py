"""Assembles the lines that a model chose into an answer, in the guide's words and order.

Whatever belongs to a chosen line comes along: a model may leave lines out, but not warnings,
prohibitions or conditions. Omitted numbered steps are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from itertools import pairwise

from kb.answer.compose import Composed, as_they_appear, merge
from kb.choosing.lines import Candidate, Line
from kb.choosing.polarity import forbids, has_condition
from kb.model import BlockKind, Part

_UNDER = (BlockKind.CODE, BlockKind.TABLE)
_LISTS = (BlockKind.BULLET, BlockKind.LINKS)

_Rule = Callable[[Sequence[Line], Set[Line], str], Iterator[Line]]


def assemble(candidate: Candidate, ids: Set[str]) -> Composed:
    """Return a problem reduced to the lines with the given ids and what belongs to them.

    Without any of its ids, return what is shown without a model.
    """
    chosen = {line for line in candidate.lines if line.id in ids}
    if not chosen:
        return candidate.variants[0]
    kept = with_what_belongs(candidate.lines, chosen, candidate.guide.language)
    variants = sorted({line.variant for line in kept})
    shown = merge([_reduced(candidate, variant, kept) for variant in variants])
    headings = {part.caption or part.heading for part in shown.parts}
    roles = {
        section.role
        for section in candidate.problem
        if any(line.anchor == section.anchor for line in kept)
    }
    there = {section.heading for section in candidate.problem if section.role in roles}
    more = tuple(name for name in shown.more if name not in headings | there)
    return Composed(shown.parts, shown.citations, shown.see_also, more)


def with_what_belongs(lines: Sequence[Line], chosen: Set[Line], language: str) -> frozenset[Line]:
    """Return the chosen lines and everything that has to be shown with them."""
    kept = frozenset(chosen)
    while True:
        more = kept.union(*(rule(lines, kept, language) for rule in _RULES))
        if more == kept:
            return kept
        kept = more


def _whole_lists(lines: Sequence[Line], kept: Set[Line], _: str) -> Iterator[Line]:
    """A list is shown as a whole or not at all."""
    for one, next_one in pairwise(lines):
        if _beside(one, next_one) and one.step.kind is next_one.step.kind in _LISTS:
            if one in kept or next_one in kept:
                yield from (one, next_one)


def _code_with_its_text(lines: Sequence[Line], kept: Set[Line], _: str) -> Iterator[Line]:
    """Code or a table and the text directly above it are shown together."""
    for one, under in pairwise(lines):
        if _beside(one, under) and under.step.kind in _UNDER and (one in kept or under in kept):
            yield from (one, under)


def _introductions(lines: Sequence[Line], kept: Set[Line], _: str) -> Iterator[Line]:
    """A paragraph above the steps or list items of its part introduces them."""
    for number, line in enumerate(lines):
        if line.step.kind is BlockKind.PARAGRAPH and not line.note:
            if any(each in kept and _beside(line, each) for each in lines[number + 1 :]):
                yield line


def _without_gaps(lines: Sequence[Line], kept: Set[Line], _: str) -> Iterator[Line]:
    """No step between two kept ones is left out: the later one may depend on it."""
    first: Line | None = None
    between: list[Line] = []
    for line in filter(_is_step, lines):
        if first is None or not _same_part(first, line):
            first, between = (line if line in kept else None), []
        elif line in kept:
            yield from between
            between = []
        else:
            between.append(line)


def _conditions(lines: Sequence[Line], kept: Set[Line], language: str) -> Iterator[Line]:
    """Conditions in the same paragraph or beside the steps; all text in unknown languages."""
    for line in lines:
        beside = not _is_step(line) and any(_same_part(line, each) for each in kept)
        if beside or any(line.lines_cited == each.lines_cited for each in kept):
            if has_condition(line.text, language) is not False:
                yield line


def _warnings(lines: Sequence[Line], kept: Set[Line], language: str) -> Iterator[Line]:
    """Labelled notes of the section, such as "Important", and prohibitions; all if unknown."""
    anchors = {(each.variant, each.anchor) for each in kept}
    for line in lines:
        if (line.variant, line.anchor) in anchors:
            if line.step.label or forbids(line.text, language) is not False:
                yield line


_RULES: tuple[_Rule, ...] = (
    _whole_lists,
    _code_with_its_text,
    _introductions,
    _without_gaps,
    _conditions,
    _warnings,
)


def _is_step(line: Line) -> bool:
    return line.step.kind is BlockKind.STEP and not line.note


def _same_part(one: Line, other: Line) -> bool:
    return (one.variant, one.part) == (other.variant, other.part)


def _beside(one: Line, other: Line) -> bool:
    return _same_part(one, other) and one.note == other.note


def _reduced(candidate: Candidate, variant: int, kept: Set[Line]) -> Composed:
    composed = candidate.variants[variant]
    parts: list[Part] = []
    gone: list[str] = []
    for row, part in enumerate(composed.parts):
        lines = [line for line in candidate.lines if (line.variant, line.part) == (variant, row)]
        left = _part(part, lines, kept)
        if left:
            parts.append(left)
        elif part.caption:
            gone.append(part.caption)
    shown, citations = as_they_appear(parts, composed.citations)
    more = tuple(dict.fromkeys([*gone, *composed.more]))
    return Composed(tuple(shown), tuple(citations), composed.see_also, more)


def _part(part: Part, lines: Sequence[Line], kept: Set[Line]) -> Part | None:
    steps = tuple(line.step for line in lines if line in kept and not line.note)
    notes = tuple(line.step for line in lines if line in kept and line.note)
    if not steps and not notes:
        return None
    numbers = [line.step.number for line in lines if _is_step(line) and line not in kept]
    update = {
        # With no step left, the notes are what the part says.
        "steps": steps or notes,
        "notes": notes if steps else (),
        "omitted": tuple(number for number in numbers if number is not None),
    }
    return part.model_copy(update=update)
