"""Makes an answer of what was found, or of what a language model chose from it."""

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
    decide,
)
from kb.finding import Found
from kb.model import Answer, Citation, Decision, GuideInfo, Hit, Rendering, Role
from kb.question.small_talk import small_talk
from kb.retrieval.search import SearchIndex

if TYPE_CHECKING:
    from kb.choosing.chooser import Chosen

EXAMPLES = 3
"""How many example questions a reply to small talk names; chosen by hand."""

# A part of a question says less than the whole, so it has to be surer to be answered on its own.
# Chosen by hand.
_SURE_OF_SUBQUESTION = 0.7

# A follow-up is short, is not confidently answered by itself, and has at most one term that no
# guide has (new terms mean a new subject). Chosen by hand.
_SURE_BY_ITSELF = 0.85
_FOLLOW_UP_WORDS = 15
_FOLLOW_UP_CHARACTERS = 80
_FOLLOW_UP_UNKNOWN_TERMS = 1

# How many of the best hits a second look shows again. Chosen by hand: few enough for the model to
# see all their lines.
_SECOND_LOOK = 4

_DECISION_FIELDS = (
    "parts",
    "citations",
    "see_also",
    "more",
    "nearest",
    "choices",
    "guide_language",
)


def answer_found(found: Found, calibration: Calibration) -> Answer:
    """Return the answer to what was found, without a language model."""
    index, hits = found.index, found.hits
    verdict = decide(hits, calibration)
    answer = Answer(
        question=found.question,
        language=found.language,
        decision=verdict.decision,
        confidence=round(verdict.confidence, 4),
        snapshot=index.snapshot.name,
        secrets=found.question.secrets,
    )
    if kind := small_talk(found.question):
        return _talk(answer, kind, found)
    if several := _several(found, calibration):
        sure = min(confidence(part, calibration) for part in several)
        both = {"decision": Decision.ANSWER, "confidence": round(sure, 4)}
        return answered(
            answer.model_copy(update=both), index, [part[0].section for part in several]
        )
    if answer.decision is Decision.ANSWER:
        return answered(answer, index, [hits[0].section])
    if verdict.choices:
        choices = tuple(citation_of(index, hit) for hit in verdict.choices)
        return answer.model_copy(update={"choices": choices})
    nearest = tuple(citation_of(index, hit) for hit in hits[:NEAREST])
    return answer.model_copy(update={"nearest": nearest})


def _talk(answer: Answer, kind: str, found: Found) -> Answer:
    index, asker = found.index, (found.language, found.audience)
    examples = index.examples(*asker)[:EXAMPLES]
    return answer.model_copy(
        update={
            "decision": Decision.SMALL_TALK,
            "talk": kind,
            "topics": index.titles(*asker),
            "examples": tuple(text for _, text in examples),
        }
    )


def _several(found: Found, calibration: Calibration) -> list[Sequence[Hit]]:
    """Return the hits for each sub-question, if they need different problems."""
    if len(found.subquestions) < 2:
        return []
    whole = {hit.problem for hit in found.hits[:NEAREST]}
    sure = [
        hits
        for hits in found.subquestions
        if hits
        and hits[0].problem in whole
        and confidence(hits, calibration) >= _SURE_OF_SUBQUESTION
    ]
    different = {hits[0].problem: hits for hits in reversed(sure)}
    return list(reversed(different.values())) if len(different) > 1 else []


def is_follow_up(answer: Answer, found: Found) -> bool:
    """Whether a question may only make sense together with the one before it."""
    sure = answer.decision is Decision.ANSWER and answer.confidence >= _SURE_BY_ITSELF
    if sure or not found.hits:
        return False
    text = found.question
    if len(text.split()) > _FOLLOW_UP_WORDS or len(text) > _FOLLOW_UP_CHARACTERS:
        return False
    return found.index.unknown_terms(text, found.language) <= _FOLLOW_UP_UNKNOWN_TERMS


def answered(
    answer: Answer, index: SearchIndex, sections: Sequence[int], lead: Role = Role.RESOLUTION
) -> Answer:
    """Return an answer composed of the problems that sections, given by row, belong to.

    `lead` is the part of each problem that the answer is made of.
    """
    composed = [
        compose(index.problem(row), guide_of(index, row), index.snapshot.name, lead)
        for row in sections
    ]
    return with_composed(answer, composed, guide_of(index, sections[0]))


def with_composed(answer: Answer, composed: Sequence[Composed], guide: GuideInfo) -> Answer:
    """Return an answer with its composed parts; `guide` is the first problem's."""
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
    """Whether a language model chose an answer that the search finds doubtful."""
    if not chosen.composed:
        return False
    return calibration.threshold <= _sure_of(chosen, hits, calibration) < SURE_OF_CHOICE


def second_look(chosen: Chosen, count: int) -> list[int]:
    """Return the positions of a few problems to show again: the best hits, then the chosen."""
    others = [n for n in range(min(count, _SECOND_LOOK)) if n not in chosen.problems]
    return [*others, *chosen.problems]


def reconciled(chosen: Chosen, again: Chosen | None, looked_at: Sequence[int]) -> Chosen:
    """Return a language model's choice if it repeats it, else both choices, to ask the person.

    `again` is its choice among the problems at positions `looked_at`; None if it gave none.
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
    """Return the answer after a language model chose.

    If it says that nothing answers, that is final. Its choice is answered only if the search's
    odds support it; otherwise the person is asked, with the model's choices and the search's.
    """
    blank = {name: Answer.model_fields[name].get_default() for name in _DECISION_FIELDS}
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
    """Return the guide of a section, given by its row."""
    return index.snapshot.guides[index.snapshot.section(section).guide]


def citation_of(index: SearchIndex, hit: Hit) -> Citation:
    """Return the citation of a hit's problem."""
    return cite_problem(
        index.problem(hit.section), guide_of(index, hit.section), index.snapshot.name
    )
