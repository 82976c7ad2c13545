"""What to do with a question, and how sure that is, given the sections that were found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from kb.errors import GuidebotError
from kb.model import Decision, Frozen, Hit

THRESHOLD = 0.6
_MOST_CHOICES = 3

# The runner-up is plausible if its score is no further from the best than this.
_CLOSE = 1.5
# How sure the best section would have to be, were there no other near it.
_SURE_BUT_FOR_OTHERS = 0.7

_LARGEST_MARGIN = 3.0
_LARGEST_LEAD = 3.0
# Everyday questions come this near to the phrases of some subject by chance.
_CHANCE = 3.0


class _Coefficients(NamedTuple):
    """A logistic regression's; `phrase` is for what `_phrase` returns."""

    bias: float
    z: float
    margin: float
    literal: float
    concept: float
    stray: float
    phrase: float


# Fitted on the dev questions of guides/questions.yaml over four guides (docs/retrieval.md):
# for sections that have phrases of their own, and for those that have none.
_WITH_PHRASES = _Coefficients(0.794, 0.0, 0.749, 0.602, 1.008, -2.585, 2.427)
_WITHOUT = _Coefficients(-1.071, 0.880, 0.758, 2.352, 2.295, -2.492, 1.369)


class Calibration(Frozen):
    """How the docs team's own questions bend the probabilities (`guidebot calibrate`).

    Platt scaling: of the log odds `scale` times and `bias` more. What is at least `threshold`
    is answered. `questions` says how many it was fitted on, `fitted` when (ISO 8601).
    """

    scale: float = 1.0
    bias: float = 0.0
    threshold: float = THRESHOLD
    questions: int = 0
    fitted: str = ""


SHIPPED = Calibration()


class Verdict(NamedTuple):
    """A decision, its probability of being right in [0, 1], and the hits to choose from."""

    decision: Decision
    confidence: float
    choices: Sequence[Hit] = ()


def log_odds(hits: Sequence[Hit], margin: float | None = None) -> float:
    """Return the log odds that the first section answers the question.

    They rest on how far the section stands out from what everyday questions reach, on its
    lead over the section after it, on the concepts, literals and phrases that it shares with
    the question, and on what the question is about besides. `hits` are in order, the best
    first; `margin` is taken in place of the lead, if given.
    """
    if not hits:
        return -math.inf
    best = hits[0]
    if margin is None:
        margin = best.score - hits[1].score if len(hits) > 1 else _LARGEST_MARGIN
    c = _WITHOUT if math.isnan(best.phrase) else _WITH_PHRASES
    return (
        c.bias
        + c.z * best.z
        + c.margin * min(margin, _LARGEST_MARGIN)
        + c.literal * best.literal
        + c.concept * best.concept
        + c.stray * best.stray
        + c.phrase * _phrase(best)
    )


def confidence(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> float:
    """Return the probability, in [0, 1], that the first section answers the question."""
    return _probability(log_odds(hits), calibration)


def decide(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> Verdict:
    """Return what to do with a question.

    It is answered if the best section is sure enough; if it would be, were not one or two
    others as plausible, the person is asked which is meant.
    """
    sure = confidence(hits, calibration)
    if sure >= calibration.threshold:
        return Verdict(Decision.ANSWER, sure)
    close = [hit for hit in hits[:_MOST_CHOICES] if hits[0].score - hit.score <= _CLOSE]
    alone = _probability(log_odds(hits, _LARGEST_MARGIN), calibration)
    if (
        len(close) > 1
        and _shares_something(close[0])
        and alone >= max(_SURE_BUT_FOR_OTHERS, calibration.threshold)
    ):
        return Verdict(Decision.CLARIFY, sure, close)
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


def _shares_something(hit: Hit) -> bool:
    return hit.concept > 0 or hit.literal > 0 or _phrase(hit) > 0


def _phrase(hit: Hit) -> float:
    """Return what the phrasebook says for a section, or against it if it has no phrases."""
    if math.isnan(hit.phrase):
        return -max(0.0, hit.outside - _CHANCE)
    return max(-_LARGEST_LEAD, min(hit.phrase - max(hit.outside, _CHANCE), _LARGEST_LEAD))


def _probability(odds: float, calibration: Calibration) -> float:
    if odds == -math.inf:
        return 0.0
    logit = calibration.scale * odds + calibration.bias
    return 1 / (1 + math.exp(-max(-500.0, min(logit, 500.0))))
