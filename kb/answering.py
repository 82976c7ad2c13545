"""Answers from a snapshot: composed of problems, or as a language model chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.answer.compose import Composed, cite_problem, compose, merge
from kb.answer.decide import (
    CHOICES,
    NEAREST,
    Calibration,
    confidence,
    confidence_against_none,
    confidence_in_choice,
)
from kb.model import Answer, Citation, Decision, GuideInfo, Hit, Rendering, Role
from kb.retrieval.search import SearchIndex

if TYPE_CHECKING:
    from kb.choosing.chooser import Chosen

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
    sure = min(confidence_in_choice(hits, n, calibration) for n in chosen.problems)
    if chosen.composed and sure >= calibration.threshold:
        decision = {"decision": Decision.ANSWER, "rendering": Rendering.CHOSEN}
        answer = answer.model_copy(update={**decision, "confidence": round(sure, 4)})
        guide = guide_of(index, hits[chosen.problems[0]].section)
        return with_composed(answer, chosen.composed, guide)
    others = range(CHOICES) if chosen.composed else ()
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
