"""The lines that a model chose, as an answer in the guide's words and order.

Whatever is chosen, what belongs to it comes along: a model may leave out, but not what warns,
forbids or sets a condition. Numbered steps that are left out are named.
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
    """Return what a problem says, of its lines those with some ids and what belongs to them.

    Without any of its ids, it is what is shown without a model.
    """
    chosen = {line for line in candidate.lines if line.id in ids}
    if not chosen:
        return candidate.tellings[0]
    kept = with_what_belongs(candidate.lines, chosen, candidate.guide.language)
    told = sorted({line.told for line in kept})
    shown = merge([_narrowed(candidate, number, kept) for number in told])
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
    """Return chosen lines with all that has to be shown beside them."""
    kept = frozenset(chosen)
    while True:
        more = kept.union(*(rule(lines, kept, language) for rule in _RULES))
        if more == kept:
            return kept
        kept = more


def _whole_lists(lines: Sequence[Line], kept: Set[Line], _: str) -> Iterator[Line]:
    """A list stands or goes as a whole."""
    for one, next_one in pairwise(lines):
        if _beside(one, next_one) and one.step.kind is next_one.step.kind in _LISTS:
            if one in kept or next_one in kept:
                yield from (one, next_one)


def _code_with_its_words(lines: Sequence[Line], kept: Set[Line], _: str) -> Iterator[Line]:
    """Code and tables stay with the words over them, and these with the code."""
    for one, under in pairwise(lines):
        if _beside(one, under) and under.step.kind in _UNDER and (one in kept or under in kept):
            yield from (one, under)


def _what_leads_to_it(lines: Sequence[Line], kept: Set[Line], _: str) -> Iterator[Line]:
    """The words over the steps of a procedure or a list, in its part, lead to them."""
    for number, line in enumerate(lines):
        if line.step.kind is BlockKind.PARAGRAPH and not line.note:
            if any(each in kept and _beside(line, each) for each in lines[number + 1 :]):
                yield line


def _without_gaps(lines: Sequence[Line], kept: Set[Line], _: str) -> Iterator[Line]:
    """Between two steps of one procedure none is left out: the later one may rest on it."""
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
    """What says when, in the same paragraph or beside the steps; all where it cannot be told."""
    for line in lines:
        beside = not _is_step(line) and any(_same_part(line, each) for each in kept)
        if beside or any(line.place == each.place for each in kept):
            if has_condition(line.text, language) is not False:
                yield line


def _warnings(lines: Sequence[Line], kept: Set[Line], language: str) -> Iterator[Line]:
    """What the section labels, such as "Important", or forbids; all where it cannot be told."""
    anchors = {(each.told, each.anchor) for each in kept}
    for line in lines:
        if (line.told, line.anchor) in anchors:
            if line.step.label or forbids(line.text, language) is not False:
                yield line


_RULES: tuple[_Rule, ...] = (
    _whole_lists,
    _code_with_its_words,
    _what_leads_to_it,
    _without_gaps,
    _conditions,
    _warnings,
)


def _is_step(line: Line) -> bool:
    return line.step.kind is BlockKind.STEP and not line.note


def _same_part(one: Line, other: Line) -> bool:
    return (one.told, one.part) == (other.told, other.part)


def _beside(one: Line, other: Line) -> bool:
    return _same_part(one, other) and one.note == other.note


def _narrowed(candidate: Candidate, told: int, kept: Set[Line]) -> Composed:
    composed = candidate.tellings[told]
    parts: list[Part] = []
    gone: list[str] = []
    for row, part in enumerate(composed.parts):
        lines = [line for line in candidate.lines if (line.told, line.part) == (told, row)]
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
        # Where nothing of it is to be done, what explains is what is said.
        "steps": steps or notes,
        "notes": notes if steps else (),
        "omitted": tuple(number for number in numbers if number is not None),
    }
    return part.model_copy(update=update)
