"""Answer, ask back, or say that it is not covered: what the odds of the problems come to."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.answer.decide import (
    CHOICES,
    COUNTED,
    PLAUSIBLE,
    SHIPPED,
    THRESHOLD,
    Calibration,
    confidence,
    confidence_against_none,
    confidence_in_choice,
    decide,
    is_unsure,
    probabilities,
    read_calibration,
)
from kb.errors import GuidebotError
from kb.model import Decision, Hit

_odds = st.lists(st.floats(-40, 40), min_size=1, max_size=2 * COUNTED).map(
    lambda scores: sorted(scores, reverse=True)
)


def hits(*scores: float, believed: float = 0.0) -> list[Hit]:
    """Problems with these log odds, about which nothing else is known."""
    return [
        Hit(
            row=n,
            section=n,
            problem=n,
            score=score,
            passage=0,
            block=0,
            words=0,
            known=1,
            nearest=math.nan,
            wordings=math.nan,
            believed=believed,
        )
        for n, score in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("scores", "decision"),
    [
        ((9.0, 1.0), Decision.ANSWER),
        # Two that are alike: either may be meant.
        ((9.0, 9.0), Decision.CHOOSE),
        ((-1.0, -2.0), Decision.CHOOSE),
        ((-9.0, -9.5), Decision.NOT_COVERED),
        ((), Decision.NOT_COVERED),
    ],
)
def test_what_is_done_with_a_question(scores: tuple[float, ...], decision: Decision) -> None:
    assert decide(hits(*scores)).decision is decision


def test_a_person_is_given_a_few_to_choose_from() -> None:
    found = hits(2.0, 2.0, 2.0, 2.0)
    assert decide(found).choices == found[:CHOICES]
    assert decide(hits(9.0)).choices == ()


@given(_odds)
def test_one_problem_is_meant_or_none(scores: list[float]) -> None:
    shares = probabilities(hits(*scores))
    assert len(shares) == min(len(scores), COUNTED)
    assert all(0 <= share <= 1 for share in shares) and sum(shares) <= 1 + 1e-9
    assert shares == sorted(shares, reverse=True)


@given(_odds, st.floats(0, 1))
def test_the_decision_is_what_its_confidence_says(scores: list[float], believed: float) -> None:
    found = hits(*scores, believed=believed)
    verdict = decide(found)
    assert verdict.confidence == confidence(found) and 0 <= verdict.confidence <= 1
    assert (verdict.decision is Decision.ANSWER) == (verdict.confidence >= THRESHOLD)
    if verdict.decision is Decision.NOT_COVERED:
        assert sum(probabilities(found)[:CHOICES]) < PLAUSIBLE


@given(_odds)
def test_a_models_word_counts_for_its_choice_and_against_the_first(scores: list[float]) -> None:
    found = hits(*scores)
    assert confidence_against_none(found) <= confidence(found) <= confidence_in_choice(found, 0)
    last = len(probabilities(found)) - 1
    assert confidence_in_choice(found, last) <= confidence_in_choice(found, 0)


def test_the_docs_team_bends_the_probabilities() -> None:
    found = hits(1.0, -2.0)
    strict, lenient = Calibration(threshold=0.99), Calibration(bias=5.0)
    assert decide(found, strict).decision is Decision.CHOOSE
    assert decide(found, lenient).decision is Decision.ANSWER
    assert decide(found, lenient).confidence > decide(found).confidence


@pytest.mark.parametrize(
    ("decision", "sure", "unsure"),
    [
        (Decision.ANSWER, 0.99, False),
        (Decision.ANSWER, 0.9, True),
        (Decision.CHOOSE, 0.99, True),
        (Decision.NOT_COVERED, 0.0, True),
    ],
)
def test_when_another_opinion_is_worth_its_price(
    decision: Decision, sure: float, unsure: bool
) -> None:
    assert is_unsure(decision, sure) is unsure


def test_a_calibration_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    assert read_calibration(path) == SHIPPED
    written = Calibration(scale=1.5, bias=-0.25, threshold=0.7, questions=40)
    path.write_text(written.model_dump_json(), "utf-8")
    assert read_calibration(path) == written
    path.write_text('{"scale": "steep"}', "utf-8")
    with pytest.raises(GuidebotError, match=r"calibration\.json.*guidebot calibrate.*--reset"):
        read_calibration(path)
