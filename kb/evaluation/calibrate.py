"""Calibrates the confidence on the docs team's own questions."""

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

MIN_QUESTIONS = 20
"""How many dev questions are needed, covered and uncovered each; chosen by hand."""

# Inverse strength of the L2 penalty; weak, because two parameters hardly overfit. Chosen by hand.
_REGULARISATION = 10.0
# So that the surest questions are still answered; chosen by hand.
_MAX_THRESHOLD = 0.99


def calibrate(
    knowledge_base: KnowledgeBase,
    questions: Sequence[GoldenQuestion],
    max_false_answers: float | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibration:
    """Return the calibration fitted to the dev questions by Platt scaling (Platt, 1999).

    With `max_false_answers`, the threshold is the lowest at which at most this share, in [0, 1], of
    the uncovered questions is answered; otherwise it is the shipped one. `progress` is called with
    the questions done and their number.
    Raises GuidebotError if the questions are too few or cannot be fitted, and as
    `KnowledgeBase.ask` does.
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
    probabilities = 1 / (1 + np.exp(-(scale * np.array(odds) + bias)))
    return Calibration(
        scale=scale,
        bias=bias,
        threshold=(
            THRESHOLD
            if max_false_answers is None
            else _threshold(probabilities[outside], max_false_answers)
        ),
        questions=len(asked),
        fitted=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def questions_to_fit(questions: Sequence[GoldenQuestion]) -> list[GoldenQuestion]:
    """Return the dev questions; raises GuidebotError if there are too few to fit."""
    asked = [q for q in questions if q.split == "dev" and q.expect != (SMALL_TALK,)]
    covered = sum(question.covered for question in asked)
    if min(covered, len(asked) - covered) < MIN_QUESTIONS:
        raise GuidebotError(
            f"Calibrating needs at least {MIN_QUESTIONS} dev questions that the guides cover and "
            f"as many that they do not cover; found {covered} and {len(asked) - covered}. Mark "
            "questions with split: dev (docs/evaluation.md)."
        )
    return asked


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write a calibration atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(calibration.model_dump_json(indent=1), "utf-8")
    os.replace(temporary, path)


def _platt(odds: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Return scale and bias; raises GuidebotError rather than reverse the order of the odds."""
    from sklearn.linear_model import LogisticRegression

    if right.all() or not right.any():
        raise GuidebotError(
            "All dev questions have the same outcome, so there is nothing to fit. Check them with "
            "guidebot eval: most likely they expect sections that these guides do not have."
        )
    fitted = LogisticRegression(C=_REGULARISATION).fit(odds[:, None], right)
    scale = float(fitted.coef_[0, 0])
    if scale <= 0:
        raise GuidebotError(
            "The bot was right less often the more confident it was, so these questions cannot "
            "calibrate it. Run guidebot eval to check what they expect."
        )
    return round(scale, 4), round(float(fitted.intercept_[0]), 4)


def _threshold(outside: NDArray[np.float64], max_false_answers: float) -> float:
    allowed = int(max_false_answers * len(outside))
    if allowed >= len(outside):
        return 0.0
    # Just above the most confident question that must not be answered.
    highest = np.sort(outside)[::-1]
    return min(_MAX_THRESHOLD, round(float(highest[allowed]) + 0.0001, 4))
