"""Questions that ask several things."""

from __future__ import annotations

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.question.redact import redact
from kb.question.subquestions import split_question


@pytest.mark.parametrize(
    ("question", "subquestions"),
    [
        ("I lost my key and also can't sign in", ["I lost my key", "can't sign in"]),
        (
            "シークレットキーをなくしたし、ログインもできない",
            ["シークレットキーをなくした", "ログインもできない"],
        ),
        ("perdí mi clave y no puedo entrar", ["perdí mi clave", "no puedo entrar"]),
        ("密钥丢了，而且登录不了", ["密钥丢了", "登录不了"]),
        ("I lost my secret key", []),
        ("key lost and gone", []),
        ("MFA", []),
        ("", []),
    ],
)
def test_subquestions(question: str, subquestions: list[str]) -> None:
    assert split_question(question) == subquestions


@pytest.mark.parametrize(
    "question",
    [
        "I lost my access key and also I can't sign in to AWS",
        "アクセスキーをなくしたし、AWSにサインインもできない",
    ],
)
def test_both_sections_are_cited(sample: KnowledgeBase, question: str) -> None:
    answer = sample.ask(redact(question))
    assert answer.decision is Decision.ANSWER
    anchors = [citation.anchor for citation in answer.citations]
    assert set(anchors) == {"lost-access-key", "cant-sign-in"}
    # Every step's number leads to a citation of its own words.
    for part in answer.parts:
        for step in (*part.steps, *part.notes):
            for number in step.citations:
                assert step.text.strip() in answer.citations[number - 1].quote
    assert len({part.heading for part in answer.parts}) == 2


def test_a_part_about_something_else_is_left_out(sample: KnowledgeBase) -> None:
    answer = sample.ask(redact("I lost my secret key and what's for lunch today"))
    assert {citation.anchor for citation in answer.citations} == {"lost-access-key"}
