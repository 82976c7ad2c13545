"""Fits the probabilities to the docs team's own questions."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.answer.decide import THRESHOLD, Calibration, log_odds
from kb.errors import GuidebotError
from kb.evaluation.golden import SMALL_TALK, GoldenQuestion
from kb.knowledge_base import KnowledgeBase
from kb.question.redact import redact

LEAST_QUESTIONS = 20
"""How many dev questions it takes, covered ones and others each."""


def calibrate(
    knowledge_base: KnowledgeBase,
    questions: Sequence[GoldenQuestion],
    most_false: float | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibration:
    """Return the calibration that fits the dev questions, by Platt scaling (Platt, 1999).

    With `most_false`, the threshold is the lowest at which no greater share of the questions
    that are not covered is answered; else it is the shipped one.
    Raises GuidebotError if there are too few questions to learn from.
    """
    asked = questions_to_fit(questions)
    odds: list[float] = []
    right: list[bool] = []
    outside: list[bool] = []
    for number, question in enumerate(asked, 1):
        found = knowledge_base.find(redact(question.q))
        if found.hits:
            names = {name for each in found.index.names(found.hits[0]) for name in each}
            odds.append(log_odds(found.hits))
            right.append(not names.isdisjoint(question.expect))
            outside.append(not question.covered)
        progress(number, len(asked))
    scale, bias = _platt(np.array(odds), np.array(right))
    sure = 1 / (1 + np.exp(-(scale * np.array(odds) + bias)))
    return Calibration(
        scale=scale,
        bias=bias,
        threshold=THRESHOLD if most_false is None else _threshold(sure[outside], most_false),
        questions=len(asked),
        fitted=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def questions_to_fit(questions: Sequence[GoldenQuestion]) -> list[GoldenQuestion]:
    """Return the dev questions; raises GuidebotError if there are too few to learn from."""
    asked = [q for q in questions if q.split == "dev" and q.expect != (SMALL_TALK,)]
    covered = sum(question.covered for question in asked)
    if min(covered, len(asked) - covered) < LEAST_QUESTIONS:
        raise GuidebotError(
            f"To calibrate takes at least {LEAST_QUESTIONS} dev questions that are covered and "
            f"as many that are not; there are {covered} and {len(asked) - covered}. Questions "
            "are dev if they say so: split: dev (docs/evaluation.md)."
        )
    return asked


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write a calibration so that who reads it meanwhile sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(calibration.model_dump_json(indent=1), "utf-8")
    os.replace(temporary, path)


def _platt(odds: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Return scale and bias; scale is kept from turning the order of the odds around."""
    from sklearn.linear_model import LogisticRegression

    if right.all() or not right.any():
        raise GuidebotError(
            "All of the dev questions have the same outcome, so there is nothing to fit. Look at "
            "guidebot eval: most likely what they expect is not in these guides."
        )
    fitted = LogisticRegression(C=10.0).fit(odds[:, None], right)
    scale = float(fitted.coef_[0, 0])
    if scale <= 0:
        raise GuidebotError(
            "The surer the bot was of these questions, the less often it was right, so they "
            "cannot calibrate it. Look at guidebot eval for what they expect."
        )
    return round(scale, 4), round(float(fitted.intercept_[0]), 4)


def _threshold(outside: NDArray[np.float64], most_false: float) -> float:
    allowed = int(most_false * len(outside))
    highest = np.sort(outside)[::-1]
    # Just above the surest of those that must not be answered.
    return min(0.99, round(float(highest[allowed]) + 0.0001, 4)) if allowed < len(highest) else 0.0
