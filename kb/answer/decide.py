"""Decides what to do with a question, with a calibrated confidence, from the hits for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, ValidationError

from kb.errors import GuidebotError
from kb.model import Decision, Frozen, Hit

THRESHOLD = 0.65
"""The minimum confidence at which a question is answered.

Chosen by hand for few wrong and false answers on guides it was not fitted to (docs/retrieval.md,
"How good it is"); `guidebot calibrate` sets one for a team's own guides.
"""

CHOICES = 3
"""How many problems a person can choose from, at most; chosen by hand: few enough to read."""

NEAREST = 3
"""How many problems are shown as nearest when none answers; chosen by hand, like CHOICES."""

PLAUSIBLE = 0.05
"""The minimum probability that one of CHOICES is meant for them to be offered.

Chosen by hand: offering sections costs a person less than a missed answer (docs/retrieval.md,
column "asked which").
"""

COUNTED = 30
"""How many hits the softmax runs over; chosen by hand, as the rest adds next to nothing."""

# Scale and bias of the Platt scaling of the first hit's log odds, without wordings and with many,
# fitted on guides that the ranking was not fitted to (python -m benchmarks.any_guide --shipped).
_ALONE = (0.789, 0.451)
_WORDED = (0.773, 0.618)

CANDIDATES = 20
"""How many of the first hits a language model chooses from; chosen by hand."""

# With CHAT_DECIDES=unsure, answers from this confidence on are not put to the language model.
# Chosen by hand; for what it saves see docs/model.md, column "requests per question".
_SURE_WITHOUT_MODEL = 0.95

SURE_OF_CHOICE = 0.9
"""Below this confidence a language model's choice is asked for once more; chosen by hand."""

# The error rate assumed of a language model, which then picks any other candidate, or none. Chosen
# pessimistically, so that a model wrong one time in ten does no harm (docs/model.md, the table of
# python -m benchmarks.chooser).
_MODEL_ERROR_RATE = 0.2
_MODEL_EVIDENCE = math.log((1 - _MODEL_ERROR_RATE) / (_MODEL_ERROR_RATE / CANDIDATES))


class Calibration(Frozen):
    """Platt scaling fitted to the docs team's own questions (`guidebot calibrate`).

    The log odds become `scale` * log odds + `bias`; a question is answered if its probability is
    at least `threshold`. `questions` is how many it was fitted on, `fitted` when (ISO 8601).
    """

    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    bias: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    threshold: Annotated[float, Field(ge=0, le=1)] = THRESHOLD
    questions: Annotated[int, Field(ge=0)] = 0
    fitted: str = ""


SHIPPED = Calibration()


class Verdict(NamedTuple):
    """A decision, its calibrated confidence in [0, 1], and the hits to choose from."""

    decision: Decision
    confidence: float
    choices: Sequence[Hit] = ()


def probabilities(hits: Sequence[Hit]) -> list[float]:
    """Return the probability of each of the first COUNTED hits that it is what is asked about.

    A softmax over their log odds and that of none, which is 0. Not yet calibrated.
    """
    odds = [hit.score for hit in hits[:COUNTED]]
    highest = max([0.0, *odds])
    shares = [math.exp(value - highest) for value in odds]
    total = sum(shares) + math.exp(-highest)
    return [share / total for share in shares]


def first_log_odds(hits: Sequence[Hit], position: int = 0) -> float:
    """Return the log odds of the first hit, or the one at `position`, against the rest and none.

    Not yet calibrated.
    """
    first = min(max(probabilities(hits)[position], 1e-9), 1 - 1e-9)
    return math.log(first / (1 - first))


def log_odds(hits: Sequence[Hit], position: int = 0) -> float:
    """Return the log odds that the first hit, or the one at `position`, answers the question.

    Calibrated on many guides, but not on the docs team's own. `hits` are best first; -inf without
    any.
    """
    if not hits:
        return -math.inf
    believed = hits[position].believed
    scale, bias = (
        (1 - believed) * alone + believed * worded
        for alone, worded in zip(_ALONE, _WORDED, strict=True)
    )
    return scale * first_log_odds(hits, position) + bias


def confidence(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> float:
    """Return the calibrated probability, in [0, 1], that the first hit answers the question."""
    return _probability(_calibrated(hits, 0, calibration)) if hits else 0.0


def confidence_in_choice(
    hits: Sequence[Hit], position: int, calibration: Calibration = SHIPPED
) -> float:
    """Return the probability, in [0, 1], that the hit a language model chose answers.

    By Bayes' rule: the search's odds for it, times the likelihood ratio of the model choosing it
    when it is right and when another hit, or none, is.
    """
    return _probability(_calibrated(hits, position, calibration) + _MODEL_EVIDENCE)


def confidence_against_none(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> float:
    """Return the probability that the first hit answers although a model says that none does."""
    return _probability(_calibrated(hits, 0, calibration) - _MODEL_EVIDENCE)


def is_unsure(decision: Decision, confidence: float) -> bool:
    """Whether a decision is unsure enough to be put to a language model."""
    return decision is not Decision.ANSWER or confidence < _SURE_WITHOUT_MODEL


def _calibrated(hits: Sequence[Hit], position: int, calibration: Calibration) -> float:
    return calibration.scale * log_odds(hits, position) + calibration.bias


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-500.0, min(logit, 500.0))))


def decide(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> Verdict:
    """Return what to do with a question, given its hits, best first.

    It is answered if the confidence in the first hit reaches the threshold. Otherwise, if one of
    the first CHOICES is plausible, the person chooses; else it is not covered.
    """
    sure = confidence(hits, calibration)
    if sure >= calibration.threshold:
        return Verdict(Decision.ANSWER, sure)
    if sum(probabilities(hits)[:CHOICES]) >= PLAUSIBLE:
        return Verdict(Decision.CHOOSE, sure, hits[:CHOICES])
    return Verdict(Decision.NOT_COVERED, sure)


def read_calibration(path: Path) -> Calibration:
    """Return the calibration in a file, or the shipped one if there is no file.

    Raises GuidebotError if the file cannot be read.
    """
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return SHIPPED
    except (OSError, ValidationError) as error:
        raise GuidebotError(
            f"{path}: the calibration cannot be read: {_reason(error)}. Run guidebot calibrate "
            "again, or guidebot calibrate --reset to use the shipped one."
        ) from error


def _reason(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return str(error.strerror)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'JSON'}: {first['msg']}"
