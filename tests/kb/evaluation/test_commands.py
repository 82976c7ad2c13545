"""`guidebot eval` and `guidebot calibrate`, as they show what they measured."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from kb.answer.decide import read_calibration
from kb.paths import Home
from tests.bot.conftest import copy_home
from tests.command import Ended, guidebot
from tests.conftest import SAMPLE_GUIDES


def asked(home: Home, *arguments: str) -> Ended:
    return guidebot(*arguments, GUIDEBOT_HOME=str(home.root), COLUMNS="100")


def written(path: Path, questions: list[dict[str, str]]) -> str:
    path.write_text(yaml.safe_dump({"questions": questions}, allow_unicode=True), "utf-8")
    return str(path)


def test_an_evaluation_shows_its_measures_and_each_failure(
    sample_home: Home, tmp_path: Path
) -> None:
    lost = {"q": "I lost my secret key", "lang": "en", "expect": "lost-access-key"}
    wrong = {"q": "the MFA device is gone <b>", "lang": "en", "expect": "lost-access-key"}
    outside = {"q": "when is lunch?", "lang": "en", "expect": "not_covered"}
    questions = [{**each, "split": "test"} for each in (lost, wrong, outside)]
    file = written(tmp_path / "some.golden.yaml", [*questions, {**lost, "split": "dev"}])
    page = tmp_path / "report.html"
    result = asked(sample_home, "eval", file, "--split", "test", "--report", str(page))
    assert result.returncode == 0, result.stderr
    assert "recall@1" in result.stdout and "split: test" in result.stdout
    assert "expected calibration error" in result.stdout
    (failure,) = (line for line in result.stdout.splitlines() if wrong["q"] in line)
    assert lost["q"] not in result.stdout and "expected lost-access-key, found" in result.stdout
    assert f"Written: {page}" in result.stdout
    html = page.read_text("utf-8")
    assert "the MFA device is gone &lt;b&gt;" in html and "gone <b>" not in html
    figures = json.loads(page.with_suffix(".json").read_text("utf-8"))
    assert figures["split"] == "test" and len(figures["results"]) == 3


def test_a_calibration_is_measured_on_questions_that_it_was_not_fitted_on(
    sample_home: Home, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    copy_home(sample_home, home)
    known = yaml.safe_load((SAMPLE_GUIDES / "questions.yaml").read_text("utf-8"))["questions"]
    inside = [each for each in known if each["expect"] not in ("not_covered", "small_talk")]
    outside = [each for each in known if each["expect"] == "not_covered"]
    some = [
        {**each, "split": split}
        for split, kept in (("dev", slice(0, 20)), ("test", slice(20, 24)))
        for each in (*inside[kept], *outside[kept])
    ]
    result = asked(home, "calibrate", written(tmp_path / "some.golden.yaml", some))
    assert result.returncode == 0, result.stderr
    assert "Fitted on 40 dev questions: scale" in result.stdout
    assert "before" in result.stdout and "after" in result.stdout
    assert f"Written: {home.calibration}" in result.stdout and home.calibration.exists()
    assert read_calibration(home.calibration) is not None
    assert "shipped calibration is in use" in asked(home, "calibrate", "--reset").stdout
    assert not home.calibration.exists()


def test_without_questions_it_is_said_what_to_give(sample_home: Home, tmp_path: Path) -> None:
    assert "at least one file of golden questions" in asked(sample_home, "eval").stderr
