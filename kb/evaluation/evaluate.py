"""Asks golden questions, judges the answers, and measures them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from kb.evaluation.golden import SMALL_TALK, GoldenQuestion
from kb.evaluation.measures import (
    RANKED,
    Bin,
    Measure,
    Ranked,
    calibration_bins,
    calibration_error,
    measure,
    retrieval_measures,
)
from kb.finding import Found
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Citation, Decision, Hit
from kb.question.redact import redact


class Failure(StrEnum):
    """What was wrong with an answer."""

    WRONG_SECTION = "wrong section"
    MISSED = "missed answer"
    FALSE_ANSWER = "false answer"
    NOT_SMALL_TALK = "small talk"
    LACKS_WORDS = "lacks words"


class Result(BaseModel):
    """A golden question and its answer, judged.

    `ranking` are the problems found, best first; `offered` those to choose from. `right` says
    whether the cited problems, or else the first hit, are all expected. `lacking` are the expected
    words missing from the answer. The rest are features of the first hit (kb.model.Hit); `margin`
    is how far its score is above the second's.
    """

    model_config = ConfigDict(frozen=True)

    question: GoldenQuestion
    decision: Decision
    confidence: float
    ranking: tuple[str, ...]
    offered: tuple[str, ...] = ()
    right: bool
    lacking: tuple[str, ...] = ()
    passage: float = 0.0
    block: float = 0.0
    words: float = 0.0
    wordings: float = 0.0
    margin: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether the bot gave an answer."""
        return self.decision is Decision.ANSWER

    @property
    def asked(self) -> bool:
        """Whether the bot offered choices that include an expected one."""
        return bool(set(self.offered).intersection(self.question.expect))

    @property
    def failure(self) -> Failure | None:
        """What was wrong, if anything."""
        question = self.question
        if question.expect == (SMALL_TALK,):
            return None if self.decision is Decision.SMALL_TALK else Failure.NOT_SMALL_TALK
        if not question.covered:
            return Failure.FALSE_ANSWER if self.answered else None
        if not self.answered:
            return None if self.asked else Failure.MISSED
        if not self.right:
            return Failure.WRONG_SECTION
        return Failure.LACKS_WORDS if self.lacking else None


class Point(BaseModel):
    """The shares of covered and of uncovered questions answered at a threshold, all in [0, 1]."""

    model_config = ConfigDict(frozen=True)

    threshold: float
    answered: float
    false_answers: float


class Evaluation(BaseModel):
    """Everything measured on a set of questions.

    `retrieval` is keyed by language ("all" first), then by measure; `decisions` by measure.
    """

    model_config = ConfigDict(frozen=True)

    snapshot: str
    split: str
    threshold: float
    retrieval: dict[str, dict[str, Measure]]
    decisions: dict[str, Measure]
    calibration_error: float
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]
    results: tuple[Result, ...]

    @property
    def failures(self) -> list[Result]:
        """The questions that went wrong."""
        return [result for result in self.results if result.failure]


def evaluate(
    knowledge_base: KnowledgeBase,
    questions: Sequence[GoldenQuestion],
    split: str = "all",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Evaluation:
    """Ask every question and measure the answers; raises as `KnowledgeBase.ask` does.

    `progress` is called with the questions done and their number.
    """
    results: list[Result] = []
    for number, question in enumerate(questions, 1):
        found = knowledge_base.find(redact(question.q))
        results.append(judge(question, found, knowledge_base.answer(found)))
        progress(number, len(questions))
    asked = [result for result in results if result.question.expect != (SMALL_TALK,)]
    bins = calibration_bins(*_calibration(asked))
    return Evaluation(
        snapshot=knowledge_base.index().snapshot.name,
        split=split,
        threshold=knowledge_base.calibration().threshold,
        retrieval=retrieval_measures([_ranked(r) for r in asked if r.question.covered]),
        decisions=decision_measures(results),
        calibration_error=calibration_error(bins),
        bins=bins,
        curve=_curve(asked),
        results=tuple(results),
    )


def judge(question: GoldenQuestion, found: Found, answer: Answer) -> Result:
    """Judge an answer to a golden question, and the hits that it comes from."""
    names = {hit.problem: found.index.names(hit) for hit in found.hits[:RANKED]}
    ranking = tuple(_name(question, each) for each in names.values())
    # Citing any section of a problem counts as citing the problem.
    problem_of = {full: each for each in names.values() for _, full in each}
    cited = [_cited(question, citation, problem_of) for citation in answer.citations]
    offered = [_cited(question, citation, problem_of) for citation in answer.choices]
    details = _details(found.hits[0], found) if found.hits else {}
    return Result(
        question=question,
        decision=answer.decision,
        confidence=answer.confidence,
        ranking=ranking,
        offered=tuple(offered),
        right=bool(ranking) and set(cited or ranking[:1]) <= set(question.expect),
        lacking=tuple(word for word in question.contains if word not in _words(answer)),
        **details,
    )


def _name(question: GoldenQuestion, names: Sequence[tuple[str, str]]) -> str:
    """Return the name of a problem that the question expects, else its first anchor."""
    for anchor, full in names:
        if full in question.expect or anchor in question.expect:
            return full if full in question.expect else anchor
    return names[0][0]


def _cited(
    question: GoldenQuestion,
    citation: Citation,
    problem_of: Mapping[str, Sequence[tuple[str, str]]],
) -> str:
    own = [(citation.anchor, citation.section)]
    return _name(question, problem_of.get(citation.section, own))


def _details(hit: Hit, found: Found) -> dict[str, float]:
    margin = hit.score - found.hits[1].score if len(found.hits) > 1 else hit.score
    return {
        "passage": hit.passage,
        "block": hit.block,
        "words": hit.words,
        "wordings": 0.0 if math.isnan(hit.wordings) else hit.wordings,
        "margin": margin,
    }


def _words(answer: Answer) -> str:
    return "\n".join(
        text
        for part in answer.parts
        for step in (*part.steps, *part.notes)
        for text in (step.text, *(child.full_text for child in step.children))
    )


def _ranked(result: Result) -> Ranked:
    question = result.question
    return Ranked(question.q, question.lang, frozenset(question.expect), result.ranking)


def decision_measures(results: Sequence[Result]) -> dict[str, Measure]:
    """Return the share of each decision, for covered and uncovered questions and small talk."""
    covered = [r for r in results if r.question.covered]
    outside = [r for r in results if not r.question.covered and r.question.expect != (SMALL_TALK,)]
    talk = [r for r in results if r.question.expect == (SMALL_TALK,)]
    return {
        "covered, answered": measure([r.answered for r in covered]),
        "covered, answered from the right section": measure(
            [r.answered and r.right for r in covered]
        ),
        "covered, wrong section": measure([r.answered and not r.right for r in covered]),
        "covered, asked which": measure([r.asked for r in covered]),
        "not covered, but answered": measure([r.answered for r in outside]),
        "not covered, asked which": measure([bool(r.offered) for r in outside]),
        "small talk, known as such": measure([r.failure is None for r in talk]),
    }


def _calibration(results: Sequence[Result]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sure = np.array([r.confidence for r in results], float)
    right = np.array([r.question.covered and r.right for r in results], float)
    return sure, right


def _curve(results: Sequence[Result]) -> tuple[Point, ...]:
    covered = np.array([r.confidence for r in results if r.question.covered], float)
    outside = np.array([r.confidence for r in results if not r.question.covered], float)
    return tuple(
        Point(
            threshold=round(float(threshold), 2),
            answered=float((covered >= threshold).mean()) if len(covered) else 0.0,
            false_answers=float((outside >= threshold).mean()) if len(outside) else 0.0,
        )
        for threshold in np.linspace(0, 1, 51)
    )
