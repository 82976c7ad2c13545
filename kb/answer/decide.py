"""What to do with a question, and how sure that is, given the problems that were found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, ValidationError

from kb.errors import GuidebotError
from kb.model import Decision, Frozen, Hit

THRESHOLD = 0.65

CHOICES = 3
"""How many problems a person is given to choose from, at most."""

NEAREST = 3
"""How many problems are named as nearest where none answers."""

PLAUSIBLE = 0.05
"""From this probability on that one of the first problems is meant, they are worth a look."""

COUNTED = 30
"""Beyond this many problems, what is left of the probability is not worth the counting."""

# The scale and bias that make the first problem's probability true on guides that the weights were
# not fitted to, without wordings and with them (python -m benchmarks.any_guide --shipped).
_ALONE = (0.789, 0.451)
_WORDED = (0.773, 0.618)


CANDIDATES = 20
"""How many of the first problems a language model is given to choose from."""

_SURE_WITHOUT = 0.95
"""What is as sure as this is not put to a language model, unless it is always asked."""

SURE_OF_CHOICE = 0.9
"""What a language model chose, and is not as sure as this, it is asked about once more."""

# A model that is wrong in one of five cases, and then takes any of the others, or none of them: a
# bad one, so that one that is wrong in one of ten does no harm (python -m benchmarks.chooser).
_ERRS = 0.2
_CONFIRMED = math.log((1 - _ERRS) / (_ERRS / CANDIDATES))


class Calibration(Frozen):
    """How the docs team's own questions bend the probabilities (`guidebot calibrate`).

    Platt scaling: of the log odds `scale` times and `bias` more. What is at least `threshold`
    is answered. `questions` says how many it was fitted on, `fitted` when (ISO 8601).
    """

    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    bias: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    threshold: Annotated[float, Field(ge=0, le=1)] = THRESHOLD
    questions: Annotated[int, Field(ge=0)] = 0
    fitted: str = ""


SHIPPED = Calibration()


class Verdict(NamedTuple):
    """A decision, its probability of being right in [0, 1], and the hits to choose from."""

    decision: Decision
    confidence: float
    choices: Sequence[Hit] = ()


def probabilities(hits: Sequence[Hit]) -> list[float]:
    """Return for each of the first hits the probability that it is what is asked about.

    One of them is, or none: a softmax over their log odds and that of none, which is 0.
    """
    odds = [hit.score for hit in hits[:COUNTED]]
    highest = max([0.0, *odds])
    shares = [math.exp(value - highest) for value in odds]
    total = sum(shares) + math.exp(-highest)
    return [share / total for share in shares]


def first_odds(hits: Sequence[Hit], position: int = 0) -> float:
    """Return the log odds of the first of some hits among them and none, as they were fitted.

    With `position`, of another one.
    """
    first = min(max(probabilities(hits)[position], 1e-9), 1 - 1e-9)
    return math.log(first / (1 - first))


def log_odds(hits: Sequence[Hit], position: int = 0) -> float:
    """Return the log odds that the first problem answers the question, or that at `position`.

    `hits` are in order, the best first.
    """
    if not hits:
        return -math.inf
    believed = hits[position].believed
    scale, bias = (
        (1 - believed) * alone + believed * worded
        for alone, worded in zip(_ALONE, _WORDED, strict=True)
    )
    return scale * first_odds(hits, position) + bias


def confidence(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> float:
    """Return the probability, in [0, 1], that the first problem answers the question."""
    return _probability(_bent(hits, 0, calibration)) if hits else 0.0


def confidence_in_choice(
    hits: Sequence[Hit], position: int, calibration: Calibration = SHIPPED
) -> float:
    """Return the probability that a problem answers which a language model chose.

    By Bayes' rule: the search's own odds for it, times how much likelier the model chooses it if it
    is right than if another is, or none.
    """
    return _probability(_bent(hits, position, calibration) + _CONFIRMED)


def confidence_against_none(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> float:
    """Return the probability that the first problem answers, although a model says none does."""
    return _probability(_bent(hits, 0, calibration) - _CONFIRMED)


def is_unsure(decision: Decision, sure: float) -> bool:
    """Whether another opinion is worth its price."""
    return decision is not Decision.ANSWER or sure < _SURE_WITHOUT


def _bent(hits: Sequence[Hit], position: int, calibration: Calibration) -> float:
    return calibration.scale * log_odds(hits, position) + calibration.bias


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-500.0, min(logit, 500.0))))


def decide(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> Verdict:
    """Return what to do with a question.

    It is answered if the best problem is sure enough. If it is not, but one of the first may
    well be meant, the person is asked which.
    """
    sure = confidence(hits, calibration)
    if sure >= calibration.threshold:
        return Verdict(Decision.ANSWER, sure)
    if sum(probabilities(hits)[:CHOICES]) >= PLAUSIBLE:
        return Verdict(Decision.CHOOSE, sure, hits[:CHOICES])
    return Verdict(Decision.NOT_COVERED, sure)


def read_calibration(path: Path) -> Calibration:
    """Return the calibration in a file, or the shipped one if there is no file.

    Raises GuidebotError if it cannot be read.
    """
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return SHIPPED
    except (OSError, ValidationError) as error:
        raise GuidebotError(
            f"{path}: the calibration cannot be read. Fit it again with guidebot calibrate, or "
            f"delete the file. ({error})"
        ) from error
