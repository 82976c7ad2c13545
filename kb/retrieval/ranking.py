"""What counts for how much when problems are ranked: a linear model of their log odds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kb.retrieval.grouped import Numbers, Scores

# With this many wordings, the weights for many apply in full: at five, both sets of weights do
# about equally well (docs/retrieval.md, the table under "A few wordings").
_ENOUGH_WORDINGS = 6

# From the first of these standardised cosines to the second, a single wording is increasingly
# taken for the question in other words. Chosen by hand.
_SAME_QUESTION = (3.0, 4.5)

FAR = -3.0
"""The standardised cosine that stands for a text or wording that does not exist; chosen by hand."""


@dataclass(frozen=True)
class Weights:
    """The weight of each feature in the log odds of a problem; features are named as in Hit."""

    bias: float = 0.0
    passage: float = 0.0
    block: float = 0.0
    words: float = 0.0
    known: float = 0.0
    nearest: float = 0.0
    wordings: float = 0.0

    def log_odds(self, features: Mapping[str, Scores]) -> Scores:
        """Return the log odds of problems, given their features, each of shape (problems,).

        nan stands for a feature that a problem does not have.
        """
        odds: Any = self.bias
        for name, values in features.items():
            odds = odds + getattr(self, name) * np.nan_to_num(values, nan=FAR)
        return np.asarray(odds, np.float32)


@dataclass(frozen=True)
class Ranking:
    """The weights for problems without wordings, and for those with many.

    Problems with few wordings are in between: of one or two, the nearest says less than the
    problem's text, unless it is the question in other words (docs/retrieval.md). `leaning` is how
    much the log odds of problems without the question's words drop for each doubling of the number
    of problems beyond that of the guides the weights were fitted to.
    """

    alone: Weights
    worded: Weights
    leaning: float = 0.0

    @classmethod
    def of(cls, weights: Weights) -> Ranking:
        """Return a ranking that ignores wordings."""
        return cls(weights, weights)

    def log_odds(self, features: Mapping[str, Scores]) -> Scores:
        """Return the log odds of problems; `believed` interpolates between the two weights."""
        evidence = {name: values for name, values in features.items() if name != "believed"}
        alone, worded = self.alone.log_odds(evidence), self.worded.log_odds(evidence)
        scores: Scores = alone + np.asarray(features["believed"], np.float32) * (worded - alone)
        return scores


SHIPPED = Ranking(
    alone=Weights(bias=-10.106, passage=1.721, block=1.331, words=1.938, known=-1.817),
    worded=Weights(
        bias=-13.561, block=1.052, words=1.22, known=-1.467, nearest=1.472, wordings=1.481
    ),
    leaning=2.0,
)
"""Fitted by python -m benchmarks.any_guide --shipped; `leaning` chosen in
docs/retrieval.md ("Large manuals")."""


def believed(counts: Numbers, nearest: Scores) -> Scores:
    """Return how far to trust problems' wordings, in [0, 1].

    Fully if there are many, or if one is the question itself in other words. `counts` are the
    numbers of wordings, `nearest` the standardised cosines of the nearest, both of shape
    (problems,).
    """
    low, high = _SAME_QUESTION
    same = np.clip((np.nan_to_num(nearest, nan=FAR) - low) / (high - low), 0, 1)
    found: Scores = np.maximum(np.minimum(counts / _ENOUGH_WORDINGS, 1), same)
    return found.astype(np.float32)


def text_log_odds(passages: Scores, blocks: Scores) -> Scores:
    """Return log odds from the standardised cosines of texts alone; -inf stands for no text."""
    features = {"passage": passages, "block": blocks}
    return SHIPPED.alone.log_odds({name: np.maximum(z, FAR) for name, z in features.items()})
