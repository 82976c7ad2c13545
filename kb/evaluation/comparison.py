"""Asks golden questions with and without the language model, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from kb.choosing.store import Spent
from kb.evaluation.evaluate import Result, decision_measures, judge
from kb.evaluation.golden import GoldenQuestion
from kb.evaluation.measures import Measure, measure
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer
from kb.progress import Stage
from kb.question.redact import redact

WITHOUT = "without"
WITH = "with the model"


class Pair(BaseModel):
    """A question's results without the model and with it.

    `asked` says whether the model was called, `steps` are the steps shown with it.
    """

    model_config = ConfigDict(frozen=True)

    without: Result
    chosen: Result
    asked: bool
    steps: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the model changed the decision or its correctness."""
        one, other = self.without, self.chosen
        return (one.decision, one.failure) != (other.decision, other.failure)


class Comparison(BaseModel):
    """The measures of both sides, and what the model used.

    `measures` is keyed by measure, then by WITHOUT and WITH. `asked` counts the questions for which
    the model was called.
    """

    model_config = ConfigDict(frozen=True)

    snapshot: str
    split: str
    model: str
    decides: str
    measures: dict[str, dict[str, Measure]]
    asked: int
    tokens: int
    cost: float
    pairs: tuple[Pair, ...]


def compare(
    knowledge_base: KnowledgeBase,
    questions: Sequence[GoldenQuestion],
    split: str,
    model: str,
    spent: Callable[[], Spent],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Comparison:
    """Ask every question both ways; `spent` returns what the model has used so far.

    `progress` is called with the questions done and their number. Raises as `KnowledgeBase.ask`.
    """
    assert knowledge_base.chooser is not None
    before = spent()
    pairs: list[Pair] = []
    seconds: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    for number, question in enumerate(questions, 1):
        started = time.perf_counter()
        found = knowledge_base.find(redact(question.q))
        plain = knowledge_base.answer(found)
        between = time.perf_counter()
        stages: list[Stage] = []
        answer = knowledge_base.ask(redact(question.q), progress=stages.append)
        seconds[WITHOUT].append(between - started)
        seconds[WITH].append(time.perf_counter() - between)
        pairs.append(
            Pair(
                without=judge(question, found, plain),
                chosen=judge(question, found, answer),
                asked=Stage.CHOOSING in stages,
                steps=tuple(_steps(answer)),
            )
        )
        progress(number, len(questions))
    after = spent()
    return Comparison(
        snapshot=knowledge_base.index().snapshot.name,
        split=split,
        model=model,
        decides=knowledge_base.chooser.decides,
        measures=_measures(pairs, seconds),
        asked=sum(pair.asked for pair in pairs),
        tokens=after.tokens - before.tokens,
        cost=after.cost - before.cost,
        pairs=tuple(pairs),
    )


def _measures(
    pairs: Sequence[Pair], seconds: dict[str, list[float]]
) -> dict[str, dict[str, Measure]]:
    without = decision_measures([pair.without for pair in pairs])
    chosen = decision_measures([pair.chosen for pair in pairs])
    both = {name: {WITHOUT: without[name], WITH: chosen[name]} for name in without}
    return both | {"seconds": {side: measure(took) for side, took in seconds.items()}}


def _steps(answer: Answer) -> list[str]:
    return [step.text for part in answer.parts for step in part.steps]
