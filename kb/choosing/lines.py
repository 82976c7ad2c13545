"""A problem as numbered lines that a model can choose by id.

A line is a step or note as kb.answer.compose makes it: a block of the guide with its children, or a
sentence of prose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.answer.compose import Composed, compose
from kb.model import GuideInfo, Problem, Role, Section, Step, problem_heading


@dataclass(frozen=True, eq=False)
class Line:
    """A step or note of a composed problem.

    `variant` is the position of its composition in the candidate's variants, `part` that of its
    part in the composition. `lines_cited` (anchor, first and last source line) is the same for all
    sentences of a paragraph.
    """

    id: str
    step: Step
    variant: int
    part: int
    note: bool
    anchor: str
    lines_cited: tuple[str, int, int]

    @property
    def text(self) -> str:
        """Its text, with that of its children."""
        return "\n".join(
            filter(None, [self.step.text, *(each.full_text for each in self.step.children)])
        )


@dataclass(frozen=True)
class Candidate:
    """A problem that may answer a question.

    `variants` are its compositions: first the one shown without a model, then its other roles.
    """

    id: str
    problem: Sequence[Section]
    guide: GuideInfo
    variants: tuple[Composed, ...]
    lines: tuple[Line, ...]

    @property
    def heading(self) -> str:
        """The problem's name."""
        return problem_heading(self.problem[0], self.guide)


def candidates(problems: Sequence[Problem], snapshot: str) -> tuple[Candidate, ...]:
    """Return problems with ids: p1, p2, … for problems and p1.1, p1.2, … for lines."""
    return tuple(
        _candidate(f"p{number}", problem, guide, snapshot)
        for number, (problem, guide) in enumerate(problems, 1)
    )


def _candidate(id: str, problem: Sequence[Section], guide: GuideInfo, snapshot: str) -> Candidate:
    roles = list(dict.fromkeys(section.role for section in problem))
    others = [role for role in roles if role is not Role.RESOLUTION]
    leads = [Role.RESOLUTION, *(others if Role.RESOLUTION in roles else ())]
    variants = tuple(compose(problem, guide, snapshot, lead) for lead in leads)
    return Candidate(id, problem, guide, variants, tuple(_lines(id, variants)))


def _lines(id: str, variants: Sequence[Composed]) -> Iterator[Line]:
    number = 0
    for variant, composed in enumerate(variants):
        for row, part in enumerate(composed.parts):
            steps = [(step, False) for step in part.steps] + [(note, True) for note in part.notes]
            for step, note in steps:
                number += 1
                cited = composed.citations[step.citations[0] - 1]
                lines_cited = (cited.anchor, cited.lines.first, cited.lines.last)
                yield Line(f"{id}.{number}", step, variant, row, note, cited.anchor, lines_cited)
