"""The lies that models told, in the form that they have now: nothing of them is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bench_guides import SHARED
from benchmarks.lies import (
    Counted,
    count_choice,
    count_every_choice,
    count_translation,
    name_of,
    sections_of,
)
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.choosing.lines import Candidate, candidates
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.model import Problem
from tests.conftest import SAMPLE_GUIDES

LIES = SHARED / "eval" / "lies.jsonl"
LOST = ("conditions lost", "warnings and prohibitions lost", "choices lost")

needs_lies = pytest.mark.skipif(not LIES.exists(), reason="the lies (../shared) are not here")


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in LIES.read_text("utf-8").splitlines()]


def test_every_choice_of_the_sample_guides_keeps_what_belongs_to_it() -> None:
    counted = Counted()
    for path in sorted(SAMPLE_GUIDES.glob("*.md")):
        for candidate in problems_of(path):
            count_every_choice(candidate, counted)
    assert counted.of["choices lost"] > 500
    assert all(counted.was[name] == 0 for name in counted.of), list(counted.rows())


def problems_of(path: Path) -> Iterator[Candidate]:

    guide = parse(load(read_source(path)))
    yield from candidates([Problem([section], guide.info) for section in guide.sections], "s")


@needs_lies
def test_no_lie_in_the_guides_language_is_shown(cases: list[dict[str, Any]]) -> None:
    sections, counted = sections_of(cases), Counted()
    for case in cases:
        if case["mode"] == "write":
            count_choice(case, sections[name_of(case)], counted)
    assert counted.of["lies shown"] > 100 and counted.of["honest choices lost"] > 100
    assert counted.was["honest choices lost"] <= 0.02 * counted.of["honest choices lost"]
    shown = ("lies shown", "sentences shown that are not the guide's", *LOST[:2])
    assert all(counted.was[name] == 0 for name in shown), list(counted.rows())


@needs_lies
def test_translated_lies_stand_over_their_originals(
    cases: list[dict[str, Any]], embeddings: SentenceTransformerEmbeddings
) -> None:
    sections, counted = sections_of(cases), Counted()
    for case in cases:
        if case["mode"] == "translate":
            count_translation(case, sections[name_of(case)], embeddings, counted)
    assert counted.was["translated lies shown without the original"] == 0
    reduced = "honest translated steps reduced to the original"
    assert counted.of[reduced] > 50 and counted.was[reduced] <= 0.1 * counted.of[reduced]
