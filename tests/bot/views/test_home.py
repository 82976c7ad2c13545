"""What App Home counts, and what kinds of secrets are called."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from slack_sdk import WebClient

from bot.answering.people import People
from bot.answering.private import PrivateAnswers
from bot.answering.secret_warning import secret_warning
from bot.memory.history import History
from bot.memory.store import Outcome, Store
from bot.question import Question, Surface
from bot.views.home import figures
from kb.knowledge_base import KnowledgeBase
from kb.question.redact import redact
from tests.bot.conftest import replies_from
from tests.bot.views.test_answer import check

BROKEN = "it is broken"


def asked(store: Store, number: int, text: str, decision: str, section: str | None = None) -> None:
    question = Question(channel="C1", ts=f"1.{number:06}", user="U1", text=redact(text))
    assert store.claim(question)
    outcome = Outcome(
        text=redact(text),
        language="en",
        decision=decision,
        confidence=0.5,
        section=section,
        snapshot="s",
    )
    store.finish("C1", question.ts, outcome)


def test_what_came_up_is_counted(tmp_path: Path) -> None:
    store = Store(tmp_path / "bot.sqlite")
    for number in range(3):
        asked(store, number, f"key {number}", "answer", "g#key")
    asked(store, 3, "mfa", "answer", "g#mfa")
    asked(store, 4, "lunch?", "not_covered", "g#mfa")
    asked(store, 5, BROKEN, "answer", "g#mfa")
    asked(store, 6, BROKEN, "answer", "g#mfa")
    for number, votes in {0: (True, False), 3: (True,), 5: (False,), 6: (False, False)}.items():
        for voter, good in enumerate(votes):
            store.rate("C1", f"1.{number:06}", f"U{voter}", good=good)
    counted = figures(store, docs_team=True)
    assert counted.asked == [("g#mfa", 3), ("g#key", 3)]
    assert counted.not_covered == [("lunch?", 1)]
    assert counted.low_rated == [(BROKEN, 2)]
    assert figures(store, docs_team=False).not_covered == ()
    assert History(store).sections_asked(time.time() + 1) == []


def test_a_question_by_command_is_counted_and_kept(sample: KnowledgeBase, tmp_path: Path) -> None:
    def counted() -> float:
        by_command = {"surface": "command"}
        return REGISTRY.get_sample_value("guidebot_questions_total", by_command) or 0.0

    store, people = Store(tmp_path / "bot.sqlite"), People()
    replies = replies_from(sample, store, people, allow_guests="true", allow_external="true")
    private = PrivateAnswers(replies, store, people)
    question = Question(
        channel="C1",
        ts="command:1",
        user="U1",
        text=redact("I lost my secret key"),
        surface=Surface.COMMAND,
    )
    before = counted()
    (message,) = private.answer(question, WebClient("xoxb-test", base_url="http://[::1]:1/"))
    assert counted() == before + 1
    ((section, times),) = History(store).sections_asked(0)
    assert section.endswith("#lost-access-key") and times == 1
    assert "[Show the whole section] [Post to the channel]" in check([message])
    assert store.unanswered() == []


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("ja", "（AWSのアクセスキー、GitHubのトークン）"),
        ("en", "(AWS access key, GitHub token)"),
        (None, "(AWS access key, GitHub token)"),
    ],
)
def test_secrets_are_named_in_the_persons_language(
    sample: KnowledgeBase, language: str | None, names: str
) -> None:
    pasted = redact("AKIAIOSFODNN7RS4QX2B and ghp_0123456789abcdefghijklmnopqrstuvwxyz")
    question = Question(channel="D1", ts="1.1", user="U1", text=pasted)
    warning = secret_warning(sample, question, language, may_delete=False)
    assert names in check([warning])
