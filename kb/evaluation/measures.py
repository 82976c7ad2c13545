"""Measures of rankings and of confidence, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

RANKED = 10
"""How many results count, as is usual: MRR@10."""

# The key for all languages together.
_ALL = "all"
# Bins of equal width for the calibration error, as is usual.
_BINS = 10
# Enough for two stable decimals of an interval; chosen by hand.
_RESAMPLES = 2000


class Measure(BaseModel):
    """A mean over questions, with its 95 % bootstrap interval; nan without questions."""

    model_config = ConfigDict(frozen=True)

    mean: float
    low: float
    high: float
    questions: int


class Bin(BaseModel):
    """Questions of similar confidence: its mean, and the share that was right, in [0, 1]."""

    model_config = ConfigDict(frozen=True)

    confidence: float
    right: float
    questions: int


@dataclass(frozen=True)
class Ranked:
    """What was found for one query, best first, and what was right."""

    query: str
    language: str
    right: frozenset[str]
    found: tuple[str, ...]


def retrieval_measures(ranked: Sequence[Ranked]) -> dict[str, dict[str, Measure]]:
    """Return recall@1, recall@3, recall@5 and MRR@10, for all queries and for each language.

    Keyed by language ("all" first), then by measure. A query counts as found if any of its right
    results is.
    """
    languages = sorted({each.language for each in ranked})
    return {
        language: {
            name: measure(
                [value(each) for each in ranked if language in (_ALL, each.language)],
            )
            for name, value in _VALUES.items()
        }
        for language in ((_ALL, *languages) if ranked else ())
    }


def _reciprocal_rank(ranked: Ranked) -> float:
    """Return 1 / rank of the first right result (1-based); 0 if it is not among the first ten."""
    places = (n for n, name in enumerate(ranked.found[:RANKED], 1) if name in ranked.right)
    return 1 / next(places, math.inf)


def _success_at(k: int) -> Callable[[Ranked], float]:
    """Return a measure that is 1 if a right result is among the first `k`, else 0."""
    return lambda ranked: float(not ranked.right.isdisjoint(ranked.found[:k]))


_VALUES: dict[str, Callable[[Ranked], float]] = {
    "recall@1": _success_at(1),
    "recall@3": _success_at(3),
    "recall@5": _success_at(5),
    "MRR@10": _reciprocal_rank,
}


def measure(values: Sequence[float]) -> Measure:
    """Return the mean of values with its interval; always the same for the same values."""
    if not values:
        return Measure(mean=float("nan"), low=float("nan"), high=float("nan"), questions=0)
    array = np.array(values, float)
    rng = np.random.default_rng(0)
    means = rng.choice(array, (_RESAMPLES, len(array))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Measure(mean=float(array.mean()), low=low, high=high, questions=len(array))


def calibration_bins(sure: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[Bin, ...]:
    """Return how often answers were right by confidence, in bins of equal width.

    `sure` are confidences and `right` is 1 or 0, both of shape (questions,).
    """
    number = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return tuple(
        Bin(
            confidence=float(sure[number == n].mean()),
            right=float(right[number == n].mean()),
            questions=int((number == n).sum()),
        )
        for n in range(_BINS)
        if (number == n).any()
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error over bins (Naeini et al., 2015)."""
    total = sum(each.questions for each in bins)
    return sum(each.questions / total * abs(each.confidence - each.right) for each in bins)
