"""Verbatim and written answers to the same golden questions, side by side."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from kb.answer.compose import compose
from kb.choosing.calls import Outcome
from kb.choosing.verify import wrong_language
from kb.choosing.writer import Report, Writer
from kb.evaluation.evaluate import Measure, measure
from kb.evaluation.golden import GoldenQuestion
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Citation, Decision, Step
from kb.question.redact import redact
from kb.snapshot.format import Snapshot

VERBATIM = "verbatim"
WRITTEN = "written"

_Place = tuple[str, str, int, int]


class Side(BaseModel):
    """How one kind of answer to a question fared.

    `correct` is the share of steps that rest on what the expected section tells to do,
    `precision` the share of citations that do, `recall` the share of that which is cited.
    """

    model_config = ConfigDict(frozen=True)

    correct: float
    precision: float
    recall: float
    language: bool
    characters: int
    seconds: float


class Pair(BaseModel):
    """A question, and both answers to it."""

    model_config = ConfigDict(frozen=True)

    question: GoldenQuestion
    verbatim: Side
    written: Side
    outcome: Outcome
    faults: tuple[str, ...]
    dropped: int
    tokens: int
    cost: float
    steps: tuple[str, ...]


class Comparison(BaseModel):
    """What was measured on the questions that are covered and answered."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    split: str
    model: str
    measures: dict[str, dict[str, Measure]]
    outcomes: dict[str, int]
    faults: dict[str, int]
    steps_dropped: int
    tokens: int
    cost: float
    pairs: tuple[Pair, ...]


def compare(
    knowledge_base: KnowledgeBase,
    writer: Writer,
    questions: Sequence[GoldenQuestion],
    split: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Comparison:
    """Have every covered question answered both ways; what is not answered is passed over."""
    covered = [question for question in questions if question.covered]
    pairs: list[Pair] = []
    for number, question in enumerate(covered, 1):
        pair = _pair(knowledge_base, writer, question)
        pairs += [pair] if pair else []
        progress(number, len(covered))
    return Comparison(
        snapshot=knowledge_base.index().snapshot.name,
        split=split,
        model=writer.calls.settings.chat_model,
        measures={
            "steps correct": _both(pairs, lambda side: side.correct),
            "citation precision": _both(pairs, lambda side: side.precision),
            "citation recall": _both(pairs, lambda side: side.recall),
            "language right": _both(pairs, lambda side: side.language),
            "characters": _both(pairs, lambda side: side.characters),
            "seconds": _both(pairs, lambda side: side.seconds),
        },
        outcomes=dict(Counter(pair.outcome.value for pair in pairs)),
        faults=dict(Counter(fault for pair in pairs for fault in pair.faults)),
        steps_dropped=sum(pair.dropped for pair in pairs),
        tokens=sum(pair.tokens for pair in pairs),
        cost=sum(pair.cost for pair in pairs),
        pairs=tuple(pairs),
    )


def _both(pairs: Iterable[Pair], value: Callable[[Side], float]) -> dict[str, Measure]:
    pairs = list(pairs)
    return {
        VERBATIM: measure([float(value(pair.verbatim)) for pair in pairs]),
        WRITTEN: measure([float(value(pair.written)) for pair in pairs]),
    }


def _pair(knowledge_base: KnowledgeBase, writer: Writer, question: GoldenQuestion) -> Pair | None:
    started = time.perf_counter()
    found = knowledge_base.find(redact(question.q))
    answer = knowledge_base.answer(found)
    searched = time.perf_counter() - started
    if answer.decision is not Decision.ANSWER:
        return None
    expected = _expected(found.index.snapshot, question, answer.guide_language)
    sections = knowledge_base.cited_sections(answer)
    written, report = writer.write_and_report(answer, sections, lambda _: None)
    took = time.perf_counter() - started
    return _paired(
        question,
        _side(answer, question, expected, searched),
        _side(written, question, expected, took),
        report,
        written,
    )


def _paired(
    question: GoldenQuestion, verbatim: Side, written: Side, report: Report, answer: Answer
) -> Pair:
    return Pair(
        question=question,
        verbatim=verbatim,
        written=written,
        outcome=report.outcome,
        faults=tuple(fault.value for fault in report.faults),
        dropped=report.dropped,
        tokens=report.tokens,
        cost=report.cost,
        steps=tuple(step.text for step in _steps(answer)),
    )


def _side(answer: Answer, question: GoldenQuestion, expected: set[_Place], seconds: float) -> Side:
    steps = _steps(answer)
    cited = {n: _place(answer.citations[n - 1]) for step in steps for n in step.citations}
    right = {n for n, place in cited.items() if any(_meet(place, other) for other in expected)}
    known = {other for other in expected if any(_meet(cited[n], other) for n in right)}
    text = " ".join(step.text for step in steps)
    return Side(
        correct=_share(sum(set(step.citations) <= right for step in steps), len(steps)),
        precision=_share(len(right), len(cited)),
        recall=_share(len(known), len(expected)),
        language=not wrong_language(text, question.lang),
        characters=len(text),
        seconds=seconds,
    )


def _expected(snapshot: Snapshot, question: GoldenQuestion, language: str | None) -> set[_Place]:
    """Return where the steps stand that the sections tell which are right for a question."""
    places: set[_Place] = set()
    for number in range(snapshot.manifest.sections):
        row = snapshot.section(number)
        guide = snapshot.guides[row.guide]
        names = {row.section.anchor, f"{guide.id}#{row.section.anchor}"}
        if guide.language == language and names & set(question.expect):
            composed = compose([row.section], guide, snapshot.name)
            for step in (step for part in composed.parts for step in part.steps):
                places |= {_place(composed.citations[n - 1]) for n in step.citations}
    return places


def _steps(answer: Answer) -> list[Step]:
    return [step for part in answer.parts for step in part.steps]


def _place(citation: Citation) -> _Place:
    return (citation.guide_id, citation.language, citation.lines.first, citation.lines.last)


def _meet(one: _Place, other: _Place) -> bool:
    return one[:2] == other[:2] and one[2] <= other[3] and other[2] <= one[3]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
