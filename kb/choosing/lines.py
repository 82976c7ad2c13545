"""A problem as numbered lines, which a model can choose by id.

A line is what an answer shows as one: a block of the guide with what stands under it, or a sentence
of prose, as kb.answer.compose makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.answer.compose import Composed, compose
from kb.model import GuideInfo, Role, Section, Step, problem_heading

Problem = tuple[Sequence[Section], GuideInfo]
"""The sections of a problem, in the guide's order, and their guide."""


@dataclass(frozen=True, eq=False)
class Line:
    """A step or a note of what is composed of a problem.

    `told` says which of the candidate's tellings it is in, `part` which of that one's parts.
    `place` is where in the guide it stands, the same for sentences of one paragraph.
    """

    id: str
    step: Step
    told: int
    part: int
    note: bool
    anchor: str
    place: tuple[str, int, int]

    @property
    def text(self) -> str:
        """All its words, with those of what stands under it."""
        return "\n".join(
            filter(None, [self.step.text, *(each.full_text for each in self.step.children)])
        )


@dataclass(frozen=True)
class Candidate:
    """A problem that may answer a question.

    `tellings` are what it says: first what is shown without a model, then its other parts by role.
    """

    id: str
    problem: Sequence[Section]
    guide: GuideInfo
    tellings: tuple[Composed, ...]
    lines: tuple[Line, ...]

    @property
    def heading(self) -> str:
        """What the problem is called."""
        return problem_heading(self.problem[0], self.guide)


def candidates(problems: Sequence[Problem], snapshot: str) -> tuple[Candidate, ...]:
    """Return problems with ids: p1 and p1.1, p1.2 and so on for its lines."""
    return tuple(
        _candidate(f"p{number}", problem, guide, snapshot)
        for number, (problem, guide) in enumerate(problems, 1)
    )


def _candidate(id: str, problem: Sequence[Section], guide: GuideInfo, snapshot: str) -> Candidate:
    roles = list(dict.fromkeys(section.role for section in problem))
    others = [role for role in roles if role is not Role.RESOLUTION]
    leads = [Role.RESOLUTION, *(others if Role.RESOLUTION in roles else ())]
    tellings = tuple(compose(problem, guide, snapshot, lead) for lead in leads)
    return Candidate(id, problem, guide, tellings, tuple(_lines(id, tellings)))


def _lines(id: str, tellings: Sequence[Composed]) -> Iterator[Line]:
    number = 0
    for told, composed in enumerate(tellings):
        for row, part in enumerate(composed.parts):
            steps = [(step, False) for step in part.steps] + [(note, True) for note in part.notes]
            for step, note in steps:
                number += 1
                cited = composed.citations[step.citations[0] - 1]
                place = (cited.anchor, cited.lines.first, cited.lines.last)
                yield Line(f"{id}.{number}", step, told, row, note, cited.anchor, place)
