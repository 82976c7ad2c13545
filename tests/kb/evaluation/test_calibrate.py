"""Fitting the probabilities to the docs team's questions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.answer.decide import SHIPPED
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import GuidebotError
from kb.evaluation.calibrate import calibrate, write_calibration
from kb.evaluation.commands import app
from kb.evaluation.golden import GoldenQuestion, read_questions
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.paths import Home
from kb.question.redact import redact
from tests.conftest import SAMPLE_GUIDES

QUESTION = "I lost my secret key"


@pytest.fixture(scope="module")
def questions() -> list[GoldenQuestion]:
    return read_questions(SAMPLE_GUIDES / "questions.yaml")[::3]


def test_what_is_fitted_is_used_by_a_running_bot(
    sample_home: Home,
    embeddings: SentenceTransformerEmbeddings,
    questions: list[GoldenQuestion],
    tmp_path: Path,
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(sample_home.snapshots, home.snapshots)
    running = KnowledgeBase(home, embeddings)
    before = running.ask(redact(QUESTION))
    assert before.decision is Decision.ANSWER
    fitted = calibrate(running, questions)
    assert fitted.scale > 0 and fitted.questions >= 40 and fitted.threshold == SHIPPED.threshold
    write_calibration(home.calibration, fitted.model_copy(update={"bias": -50.0}))
    assert running.ask(redact(QUESTION)).decision is not Decision.ANSWER
    home.calibration.write_text("broken", "utf-8")
    assert (
        running.ask(redact(QUESTION)).decision is not Decision.ANSWER
    )  # goes on with the one before
    home.calibration.unlink()
    assert running.ask(redact(QUESTION)) == before


def test_the_threshold_keeps_false_answers_below_what_is_allowed(
    sample: KnowledgeBase, questions: list[GoldenQuestion]
) -> None:
    strict = calibrate(sample, questions, max_false_answers=0.0)
    lenient = calibrate(sample, questions, max_false_answers=0.2)
    assert lenient.threshold < strict.threshold


def test_too_few_questions_are_refused(
    sample: KnowledgeBase, questions: list[GoldenQuestion]
) -> None:
    with pytest.raises(GuidebotError, match="at least 20 dev questions"):
        calibrate(sample, questions[:10])


def test_too_few_questions_are_refused_before_any_is_asked(
    sample_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUIDEBOT_HOME", str(sample_home.root))
    path = tmp_path / "few.yaml"
    path.write_text("questions:\n  - {q: why, lang: en, expect: x, split: test}\n", "utf-8")
    result = CliRunner().invoke(app, ["calibrate", str(path)])
    assert isinstance(result.exception, GuidebotError) and "found 0" in str(result.exception)
    assert "Before" not in result.output


def test_questions_that_expect_what_is_not_there_are_refused(
    sample: KnowledgeBase, questions: list[GoldenQuestion]
) -> None:
    lost = [
        question.model_copy(update={"expect": ("no-such-section",)})
        if question.covered
        else question
        for question in questions
    ]
    with pytest.raises(GuidebotError, match="same outcome"):
        calibrate(sample, lost)
