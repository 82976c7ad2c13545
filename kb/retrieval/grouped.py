"""Rows, such as chunks or wordings, grouped by the problem they belong to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Numbers = NDArray[np.int64]


class Grouped:
    """The rows of each problem. Problems are numbered from 0."""

    def __init__(self, problem_of: Numbers, problems: int) -> None:
        """Take each row's problem, shape (rows,), and the number of problems."""
        self.problem_of = problem_of
        self._order = np.argsort(problem_of, kind="stable")
        self._begins = np.searchsorted(problem_of[self._order], np.arange(problems + 1))

    def of(self, problems: Numbers) -> tuple[Numbers, Numbers]:
        """Return the rows of `problems`, and for each row the position of its problem there."""
        begins, ends = self._begins[problems], self._begins[problems + 1]
        places = np.repeat(np.arange(len(problems)), ends - begins)
        rows = [self._order[begin:end] for begin, end in zip(begins, ends, strict=True)]
        return np.concatenate([*rows, np.zeros(0, np.int64)]), places


def mean_of_best(scores: Scores, places: Numbers, count: int, k: int) -> Scores:
    """Return the mean of the `k` best scores at each of `count` places, shape (count,).

    `places` says where each score belongs. Fewer than `k` scores are all averaged; none gives nan.
    """
    order = np.lexsort((-scores, places))
    sums, numbers = np.zeros((2, count), np.float32)
    first = np.searchsorted(places[order], np.arange(count))
    rank = np.arange(len(order)) - first[places[order]]
    kept = order[rank < k]
    np.add.at(sums, places[kept], scores[kept])
    np.add.at(numbers, places[kept], 1)
    means = np.full(count, np.nan, np.float32)
    np.divide(sums, numbers, out=means, where=numbers > 0)
    return means
