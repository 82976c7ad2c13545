"""Fits the log odds of problems, and the confidence in the first, to questions about guides.

One of the candidate problems is meant, or none: a softmax over their log odds, with 0 for none
(multinomial logistic regression), fitted by maximum likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from kb.answer.decide import COUNTED, first_log_odds
from kb.model import Hit
from kb.retrieval.ranking import FAR, Ranking, Weights

_RIDGE = 1e-3


@dataclass(frozen=True)
class Asked:
    """A question to a guide: what was found for it, and which of that is right.

    `covered` says whether the guide answers it.
    """

    guide: str
    hits: tuple[Hit, ...]
    right: tuple[bool, ...]
    covered: bool

    def ranked(self, ranking: Ranking) -> Asked:
        """Return the same with the hits rescored, best first."""
        names = [*(field for field in vars(ranking.alone) if field != "bias"), "believed"]
        found = {name: np.array([getattr(hit, name) for hit in self.hits]) for name in names}
        scores = ranking.log_odds(found)
        order = np.argsort(-scores, kind="stable")
        hits = [self.hits[n]._replace(score=float(scores[n])) for n in order]
        return replace(self, hits=tuple(hits), right=tuple(self.right[n] for n in order))


def fit_weights(asked: Sequence[Asked], names: Sequence[str], begin: Ranking) -> Weights:
    """Return the weights of the named features; the first hits ranked by `begin` are compared.

    Each guide counts the same, and within each, covered questions count as much as uncovered ones.
    If wordings are among the features, problems without any are left out.
    """
    kept = [_with_wordings(each) if "wordings" in names else each for each in asked]
    kept = [each.ranked(begin) for each in kept if each.hits]
    kept = [each for each in kept if not each.covered or any(each.right[:COUNTED])]
    values = np.zeros((len(kept), COUNTED, len(names)))
    there, right = np.zeros((2, len(kept), COUNTED), bool)
    for row, each in enumerate(kept):
        for column, hit in enumerate(each.hits[:COUNTED]):
            values[row, column] = np.nan_to_num([getattr(hit, name) for name in names], nan=FAR)
            there[row, column], right[row, column] = True, each.right[column]
    weight = _balanced(kept)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        bias, coefficients = parameters[0], parameters[1:]
        odds = np.where(there, values @ coefficients + bias, -np.inf)
        whole = np.logaddexp(np.logaddexp.reduce(odds, axis=1), 0.0)
        good = np.where(right, odds, -np.inf)
        covered = right.any(axis=1)
        best = np.where(covered, np.logaddexp.reduce(good, axis=1), 0.0)
        wanted = np.where(right, np.exp(good - best[:, None]), 0.0)
        change = weight[:, None] * (np.exp(odds - whole[:, None]) - wanted)
        slope = np.einsum("rc,rcn->n", change, values) + 2 * _RIDGE * coefficients
        value = float(weight @ (whole - best)) + _RIDGE * float(coefficients @ coefficients)
        return value, np.concatenate([[change.sum()], slope])

    found = minimize(loss, np.zeros(1 + len(names)), jac=True, method="L-BFGS-B")
    rounded = [round(float(value), 3) for value in found.x]
    return Weights(bias=rounded[0], **dict(zip(names, rounded[1:], strict=True)))


def _with_wordings(asked: Asked) -> Asked:
    kept = [n for n, hit in enumerate(asked.hits) if not math.isnan(hit.wordings)]
    hits, right = tuple(asked.hits[n] for n in kept), tuple(asked.right[n] for n in kept)
    return replace(asked, hits=hits, right=right)


def fit_sureness(asked: Sequence[Asked]) -> tuple[float, float]:
    """Return the scale and bias that calibrate the first hit's probability (Platt, 1999)."""
    from sklearn.linear_model import LogisticRegression

    kept = [each for each in asked if each.hits]
    odds = np.array([[first_log_odds(each.hits)] for each in kept])
    right = [each.covered and each.right[0] for each in kept]
    fitted = LogisticRegression(C=10.0).fit(odds, right)
    return round(float(fitted.coef_[0, 0]), 3), round(float(fitted.intercept_[0]), 3)


def _balanced(asked: Sequence[Asked]) -> NDArray[np.float64]:
    groups = [(each.guide, each.covered) for each in asked]
    weights = np.array([1 / groups.count(group) for group in groups])
    return np.asarray(weights / weights.sum())
