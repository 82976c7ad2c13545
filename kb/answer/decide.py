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

# What a word that a section's heading has gives, and one that only its text has does not.
_SPEAKS_OF = 0.25

_LARGEST_MARGIN = 3.0
_NEAREST_PHRASE = 3.0
_LARGEST_LEAD = 8.0
# Everyday questions come this near to the phrases of some subject by chance.
_CHANCE = 3.0


class Features(NamedTuple):
    """What a logistic regression takes of the best section, or its coefficients for that.

    `margin` is that over the section after it, `phrase` what `_phrase` returns, `lead` what
    `_lead` does.
    """

    margin: float
    literal: float
    concept: float
    stray: float
    phrase: float
    lead: float = 0.0
    z: float = 0.0


# For sections that have phrases of their own (python -m benchmarks.fit_decision), and for those
# that have none, fitted on the dev questions of guides/questions.yaml (docs/retrieval.md).
_WITH_PHRASES = (-0.742, Features(0.741, 1.138, 2.678, -1.723, 2.388, lead=0.673))
_WITHOUT = (-1.071, Features(0.758, 2.352, 2.295, -2.492, 1.369, z=0.880))


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

    `hits` are in order, the best first; `margin` is taken in place of theirs, if given.
    """
    if not hits:
        return -math.inf
    found = features(hits, margin)
    bias, coefficients = _WITHOUT if math.isnan(hits[0].phrase) else _WITH_PHRASES
    return bias + sum(c * value for c, value in zip(coefficients, found, strict=True))


def features(hits: Sequence[Hit], margin: float | None = None) -> Features:
    """Return what the first section's odds rest on.

    That is how far it stands out from what everyday questions reach, its margin over the
    section after it, the concepts, literals and phrases that it shares with the question, and
    what the question is about besides.
    """
    best = hits[0]
    if margin is None:
        margin = best.score - hits[1].score if len(hits) > 1 else _LARGEST_MARGIN
    return Features(
        margin=min(margin, _LARGEST_MARGIN),
        literal=best.literal,
        concept=best.concept,
        stray=best.stray,
        phrase=_phrase(best),
        lead=_lead(best),
        z=best.z,
    )


def confidence(hits: Sequence[Hit], calibration: Calibration = SHIPPED) -> float:
    """Return the probability, in [0, 1], that the first section answers the question."""
    return _probability(log_odds(hits), calibration)


def decide(
    hits: Sequence[Hit], calibration: Calibration = SHIPPED, *, bare: bool = False
) -> Verdict:
    """Return what to do with a question.

    It is answered if the best section is sure enough; if it would be, were not one or two
    others as plausible, the person is asked which is meant. So it is with a `bare` word that
    several sections are about: it says too little to be sure of any.
    """
    sure = confidence(hits, calibration)
    if sure >= calibration.threshold:
        return Verdict(Decision.ANSWER, sure)
    close = [hit for hit in hits[:_MOST_CHOICES] if hits[0].score - hit.score <= _CLOSE]
    alone = _probability(log_odds(hits, _LARGEST_MARGIN), calibration)
    if (
        len(close) > 1
        and _shares_something(close[0])
        and (alone >= max(_SURE_BUT_FOR_OTHERS, calibration.threshold) or (bare and _is_of(close)))
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


def _is_of(hits: Sequence[Hit]) -> bool:
    """Return whether each section is about what is asked, and about nothing else that is."""
    return all(hit.concept >= _SPEAKS_OF and not hit.stray for hit in hits)


def _shares_something(hit: Hit) -> bool:
    return hit.concept > 0 or hit.literal > 0 or _phrase(hit) > 0


def _phrase(hit: Hit) -> float:
    """Return what the phrasebook says for a section, or against it if it has no phrases."""
    if math.isnan(hit.phrase):
        return -max(0.0, hit.outside - _CHANCE)
    return max(-_NEAREST_PHRASE, min(hit.phrase - max(hit.outside, _CHANCE), _NEAREST_PHRASE))


def _lead(hit: Hit) -> float:
    """Return how much likelier the section's subject is than those that none answers."""
    if math.isnan(hit.lead):
        return 0.0
    return max(-_LARGEST_LEAD, min(hit.lead, _LARGEST_LEAD))


def _probability(odds: float, calibration: Calibration) -> float:
    if odds == -math.inf:
        return 0.0
    logit = calibration.scale * odds + calibration.bias
    return 1 / (1 + math.exp(-max(-500.0, min(logit, 500.0))))
