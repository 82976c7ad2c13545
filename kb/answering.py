"""Answers from a snapshot: composed of problems, or as a language model chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answer.compose import Composed, cite_problem, compose, merge
from kb.answer.decide import (
    CHOICES,
    NEAREST,
    SURE_OF_CHOICE,
    Calibration,
    confidence,
    confidence_against_none,
    confidence_in_choice,
)
from kb.model import Answer, Citation, Decision, GuideInfo, Hit, Rendering, Role
from kb.retrieval.search import SearchIndex

if TYPE_CHECKING:
    from kb.choosing.chooser import Chosen

_LOOKED_AT = 4

_OF_THE_DECISION = (
    "parts",
    "citations",
    "see_also",
    "more",
    "nearest",
    "choices",
    "guide_language",
)


def answered(
    answer: Answer, index: SearchIndex, sections: Sequence[int], lead: Role = Role.RESOLUTION
) -> Answer:
    """Return an answer from the problems that sections, given by their rows, belong to."""
    composed = [
        compose(index.problem(row), guide_of(index, row), index.snapshot.name, lead)
        for row in sections
    ]
    return with_composed(answer, composed, guide_of(index, sections[0]))


def with_composed(answer: Answer, composed: Sequence[Composed], guide: GuideInfo) -> Answer:
    """Return an answer with what was composed for it; `guide` is that of the first."""
    whole = merge(composed)
    return answer.model_copy(
        update={
            "guide_language": guide.language,
            "parts": whole.parts,
            "citations": whole.citations,
            "see_also": whole.see_also,
            "more": whole.more,
        }
    )


def needs_second_look(chosen: Chosen, hits: Sequence[Hit], calibration: Calibration) -> bool:
    """Whether a language model chose what would be answered, but the search makes unlikely."""
    if not chosen.composed:
        return False
    return calibration.threshold <= _sure_of(chosen, hits, calibration) < SURE_OF_CHOICE


def second_look(chosen: Chosen, count: int) -> list[int]:
    """Return the positions of a few problems to look at again: the best, and last the chosen."""
    others = [n for n in range(min(count, _LOOKED_AT)) if n not in chosen.problems]
    return [*others, *chosen.problems]


def reconciled(chosen: Chosen, again: Chosen | None, looked_at: Sequence[int]) -> Chosen:
    """Return what a language model chose, if it does so again; else all of it, to be asked about.

    `again` is what it chose of `looked_at`; None, if it said nothing.
    """
    if again is None:
        return chosen
    found = [looked_at[n] for n in again.problems]
    if again.composed and set(found) == set(chosen.problems):
        return chosen
    return replace(chosen, problems=tuple(dict.fromkeys([*chosen.problems, *found])), composed=())


def _sure_of(chosen: Chosen, hits: Sequence[Hit], calibration: Calibration) -> float:
    return min(confidence_in_choice(hits, n, calibration) for n in chosen.problems)


def decided(
    answer: Answer,
    index: SearchIndex,
    hits: Sequence[Hit],
    chosen: Chosen,
    calibration: Calibration,
) -> Answer:
    """Return what is answered when a language model has chosen.

    That none answers is believed. Of its choice, the search has to be able to believe it: else the
    person is asked, and finds what either of them holds for right.
    """
    blank = {name: Answer.model_fields[name].get_default() for name in _OF_THE_DECISION}
    answer = answer.model_copy(update=blank)
    if not chosen.problems:
        sure = confidence_against_none(hits, calibration)
        nearest = tuple(citation_of(index, hit) for hit in hits[:NEAREST])
        decision = {"decision": Decision.NOT_COVERED, "nearest": nearest}
        return answer.model_copy(update={**decision, "confidence": round(sure, 4)})
    sure = _sure_of(chosen, hits, calibration)
    if chosen.composed and sure >= calibration.threshold:
        decision = {"decision": Decision.ANSWER, "rendering": Rendering.CHOSEN}
        answer = answer.model_copy(update={**decision, "confidence": round(sure, 4)})
        guide = guide_of(index, hits[chosen.problems[0]].section)
        return with_composed(answer, chosen.composed, guide)
    others = () if chosen.asks else range(CHOICES)
    wanted = dict.fromkeys([*chosen.problems, *others])
    choices = tuple(citation_of(index, hits[n]) for n in wanted if n < len(hits))[:CHOICES]
    decision = {"decision": Decision.CHOOSE, "choices": choices}
    return answer.model_copy(
        update={**decision, "confidence": round(confidence(hits, calibration), 4)}
    )


def guide_of(index: SearchIndex, section: int) -> GuideInfo:
    """Return the guide that a section, given by its row, is in."""
    return index.snapshot.guides[index.snapshot.section(section).guide]


def citation_of(index: SearchIndex, hit: Hit) -> Citation:
    """Return the citation of the problem that was found."""
    return cite_problem(
        index.problem(hit.section), guide_of(index, hit.section), index.snapshot.name
    )
