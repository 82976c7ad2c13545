"""Whether the best section found answers the question."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kb.model import Decision, Hit

THRESHOLD = 0.5

# Logistic regression on the dev questions of guides/questions.yaml over four guides.
_BIAS = -0.698
_Z = 0.250
_MARGIN = 0.542
_LITERAL = 1.997
_CONCEPT = 3.274
_STRAY = -4.613
_LARGEST_MARGIN = 5.0


def confidence(hits: Sequence[Hit]) -> float:
    """Return the probability, in [0, 1], that the first section answers the question.

    It rests on how far the section stands out from what everyday questions reach, on its
    lead over the section after it, on the concepts and literals that it shares with the
    question, and on what the question is about besides. `hits` are in order, the best first.
    """
    if not hits:
        return 0.0
    best = hits[0]
    lead = best.score - hits[1].score if len(hits) > 1 else _LARGEST_MARGIN
    margin = min(lead, _LARGEST_MARGIN)
    shared = _LITERAL * best.literal + _CONCEPT * best.concept + _STRAY * best.stray
    logit = _BIAS + _Z * best.z + _MARGIN * margin + shared
    return 1 / (1 + math.exp(-logit))


def decide(confidence: float) -> Decision:
    """Return what to do with a question, given the confidence in the best section."""
    return Decision.ANSWER if confidence >= THRESHOLD else Decision.NOT_COVERED
