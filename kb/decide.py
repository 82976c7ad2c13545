"""Whether the best section found answers the question."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kb.model import Decision, Hit

THRESHOLD = 0.45

# Logistic regression on guides/questions.yaml over four guides, two in each language.
_BIAS = -3.60
_Z = 0.99
_MARGIN = 1.51
_LEXICAL = 0.38
_LITERAL = 0.29
_LARGEST_MARGIN = 3.0


def confidence(hits: Sequence[Hit]) -> float:
    """Return the probability, in [0, 1], that the first section answers the question.

    It rests on how far the section stands out from what everyday questions reach, and on
    its lead over the section after it. `hits` are in order, the best first.
    """
    if not hits:
        return 0.0
    best = hits[0]
    lead = best.score - hits[1].score if len(hits) > 1 else _LARGEST_MARGIN
    margin = min(lead, _LARGEST_MARGIN)
    written = _LEXICAL * best.lexical + _LITERAL * best.literal
    logit = _BIAS + _Z * best.z + _MARGIN * margin + written
    return 1 / (1 + math.exp(-logit))


def decide(confidence: float) -> Decision:
    """Return what to do with a question, given the confidence in the best section."""
    return Decision.ANSWER if confidence >= THRESHOLD else Decision.NOT_COVERED
