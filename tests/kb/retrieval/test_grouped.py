from __future__ import annotations

import numpy as np
import pytest

from kb.retrieval.grouped import Grouped, mean_of_best


def test_rows_are_found_by_their_problem() -> None:
    grouped = Grouped(np.array([2, 0, 2, 1]), 4)
    rows, places = grouped.of(np.array([2, 3, 0]))
    assert rows.tolist() == [0, 2, 1] and places.tolist() == [0, 0, 2]


def test_the_mean_is_of_the_best_or_of_all_there_are() -> None:
    scores = np.array([1, 5, 3, 4, 2], np.float32)
    places = np.array([0, 0, 0, 2, 0])
    assert mean_of_best(scores, places, 3, 3).tolist()[::2] == pytest.approx([10 / 3, 4])
    assert np.isnan(mean_of_best(scores, places, 3, 3)[1])
    assert mean_of_best(scores, places, 3, 1).tolist()[0] == 5
