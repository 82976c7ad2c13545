"""Measures are the standard ones, with intervals."""

from __future__ import annotations

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, Success

from kb.evaluation.measures import Ranked, measure, retrieval_measures


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from("abcdefghijklmnop"), min_size=1),
            st.permutations("abcdefghijklmnop").flatmap(
                lambda names: st.integers(0, 16).map(lambda n: tuple(names[:n]))
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=50, deadline=None)
def test_the_measures_are_the_standard_ones(
    queries: list[tuple[set[str], tuple[str, ...]]],
) -> None:
    ranked = [
        Ranked(str(n), "en", frozenset(right), found) for n, (right, found) in enumerate(queries)
    ]
    ours = retrieval_measures(ranked)["all"]
    qrels = {each.query: dict.fromkeys(each.right, 1) for each in ranked}
    run = {
        each.query: {name: -float(rank) for rank, name in enumerate(each.found)} for each in ranked
    }
    theirs = {"recall@1": Success @ 1, "recall@3": Success @ 3, "recall@5": Success @ 5}
    for name, standard in {**theirs, "MRR@10": RR @ 10}.items():
        values = {m.query_id: m.value for m in ir_measures.iter_calc([standard], qrels, run)}
        expected = sum(values.values()) / len(ranked)
        assert ours[name].mean == pytest.approx(expected)


def test_retrieval_measures() -> None:
    ranked = [
        Ranked("1", "en", frozenset({"a"}), ("a", "b", "c")),
        Ranked("2", "ja", frozenset({"a", "c"}), ("b", "c", "a")),
        Ranked("3", "ja", frozenset({"x"}), ()),
    ]
    found = retrieval_measures(ranked)
    means = {name: value.mean for name, value in found["all"].items()}
    assert means == pytest.approx(
        {"recall@1": 1 / 3, "recall@3": 2 / 3, "recall@5": 2 / 3, "MRR@10": 0.5}
    )
    assert found["ja"]["MRR@10"].mean == pytest.approx(0.25)
    assert found["ja"]["recall@1"].questions == 2


def test_an_interval_holds_its_mean_and_narrows_with_more_questions() -> None:
    few, many = measure([1, 0] * 10), measure([1, 0] * 500)
    assert few.low < few.mean < few.high
    assert many.high - many.low < few.high - few.low
