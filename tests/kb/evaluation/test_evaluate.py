"""Golden questions, how their answers are judged, and how that is shown."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kb.answer.decide import Calibration, read_calibration
from kb.errors import GuidebotError
from kb.evaluation.evaluate import Failure, evaluate
from kb.evaluation.golden import QuestionsError, read_questions
from kb.evaluation.report import page
from kb.knowledge_base import KnowledgeBase
from tests.conftest import SAMPLE_GUIDES

GOLDEN = SAMPLE_GUIDES / "questions.yaml"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "questions.yaml"
    path.write_text(text, "utf-8")
    return path


def test_questions_are_read_with_their_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """# ours
questions:
  - {q: 'lost my key', lang: en, expect: lost-access-key}
  - q: 昼ごはん
    lang: ja
    expect: not_covered
    split: dev
  - {q: both, lang: en, expect: [a, guide#b], contains: aws iam}
""",
    )
    first, second, third = read_questions(path)
    assert (first.line, first.split, first.covered) == (3, "test", True)
    assert (second.line, second.split, second.covered) == (4, "dev", False)
    assert third.expect == ("a", "guide#b") and third.contains == ("aws iam",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("questions:\n  - {q: x, lang: en}\n", "line 2: expect: Field required"),
        ("questions:\n  - q: x\n    lang: english\n    expect: a\n", "line 3: lang: "),
        ("questions:\n  - {q: x, lang: en, expect: a, slpit: dev}\n", "line 2: slpit: "),
        ("questions:\n  - just words\n", "line 2: "),
        ("questions: []\n", "is empty"),
        ("- a\n", "there is no list under 'questions'"),
        ("questions: [\n", "is not YAML"),
        ("", "there is no list"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(QuestionsError) as error:
        read_questions(path)
    assert str(error.value).startswith(f"{path}: ") and said in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match=r"none\.yaml: cannot be read"):
        read_questions(tmp_path / "none.yaml")


def test_the_sample_questions_are_what_they_should_be() -> None:
    questions = read_questions(GOLDEN)
    assert len(questions) >= 150
    assert len({question.q for question in questions}) == len(questions)
    languages = {question.lang for question in questions}
    assert {"ja", "en"} < languages and len(languages) >= 7
    assert sum(not question.covered for question in questions) >= len(questions) / 3
    assert {question.split for question in questions} == {"dev", "test"}


def test_each_kind_of_failure_is_told(sample: KnowledgeBase, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """questions:
  - {q: 'I lost my secret key', lang: en, expect: lost-access-key}
  - {q: 'I lost my secret key', lang: en, expect: cant-sign-in}
  - {q: 'I lost my secret key', lang: en, expect: not_covered}
  - {q: 'I lost my secret key', lang: en, expect: lost-access-key, contains: [quokka]}
  - {q: 'what is for lunch', lang: en, expect: lost-access-key}
  - {q: 'I lost my secret key', lang: en, expect: small_talk}
  - {q: 'what is for lunch', lang: en, expect: not_covered}
  - {q: 'thank you!', lang: en, expect: small_talk}
  - {q: 'I lost my secret key', lang: en, expect: 'iam-troubleshooting#lost-access-key'}
""",
    )
    evaluation = evaluate(sample, read_questions(path))
    assert [result.failure for result in evaluation.results] == [
        None,
        Failure.WRONG_SECTION,
        Failure.FALSE_ANSWER,
        Failure.LACKS_WORDS,
        Failure.MISSED,
        Failure.NOT_SMALL_TALK,
        None,
        None,
        None,
    ]
    assert evaluation.decisions["not covered, but answered"].mean == 0.5
    assert evaluation.results[0].passage > 0 and evaluation.results[0].margin > 0


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_nothing_else_and_escapes_what_people_wrote(
    sample: KnowledgeBase, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "questions:\n"
        "  - {q: '<script>alert(1)</script> lunch', lang: en, expect: cant-sign-in}\n"
        "  - {q: 'I lost my secret key', lang: en, expect: lost-access-key}\n",
    )
    text = page(evaluate(sample, read_questions(path), "test"))
    parsed = _Page()
    parsed.feed(text)
    assert "script" not in parsed.tags and "&lt;script&gt;" in text
    assert parsed.tags.count("svg") == 2
    assert not [link for link in parsed.links if not link.startswith("#")]
    assert "MRR@10" in text and "wordings" in text


def test_a_calibration_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    assert read_calibration(path) == Calibration()
    for wrong in (
        '{"scale": "much"}',
        *('{"scale": NaN}', '{"scale": Infinity}', '{"scale": 0}', '{"scale": -1}'),
        *('{"bias": NaN}', '{"bias": -Infinity}', '{"threshold": NaN}'),
        *('{"threshold": -0.1}', '{"threshold": 1.5}', '{"questions": -1}', "[]", "", "["),
    ):
        path.write_text(wrong, "utf-8")
        with pytest.raises(GuidebotError, match=r"calibration\.json: .*guidebot calibrate"):
            read_calibration(path)


def test_the_json_of_a_report_is_the_evaluation(sample: KnowledgeBase, tmp_path: Path) -> None:
    path = write(tmp_path, "questions:\n  - {q: login, lang: en, expect: cant-sign-in}\n")
    values = json.loads(evaluate(sample, read_questions(path)).model_dump_json())
    assert values["results"][0]["question"]["q"] == "login"
    assert 0 <= values["calibration_error"] <= 1
