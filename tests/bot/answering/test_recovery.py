"""What is answered later is answered as it would have been at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.memory.store import Store
from bot.question import Question, Surface
from kb.knowledge_base import KnowledgeBase
from kb.question.redact import redact
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import answerer_from

KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"


class Desk:
    """An answerer of its own, as after a restart, on a database that stays."""

    def __init__(self, slack: SlackServer, sample: KnowledgeBase, folder: Path, **rules: str):
        self.store = Store(folder / "bot.sqlite")
        self.store.release()
        self.answerer = answerer_from(sample, self.store, **rules)
        # The SDK would repeat what broke, and post twice; the bot has it not do that.
        self.client = WebClient("xoxb-test", base_url=slack.api_url, retry_handlers=[])


def asked(slack: SlackServer, text: str, team: str = "T0GUIDE") -> Question:
    sent = slack.message(slack.dm_channel("U2"), "U2", text, deliver=False)
    return Question(
        channel=sent.channel,
        ts=sent.ts,
        user="U2",
        text=redact(text),
        team=team,
        surface=Surface.DIRECT,
    )


@pytest.mark.parametrize(("team", "answered"), [("T0GUIDE", True), ("T0OTHER", False)])
def test_the_workspace_is_remembered(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path, team: str, answered: bool
) -> None:
    question = asked(slack, "I lost my secret key", team)
    assert Store(tmp_path / "bot.sqlite").claim(question)
    desk = Desk(slack, sample, tmp_path, allowed_workspaces="T0GUIDE", allow_external="true")
    desk.answerer.recover(lambda team: desk.client)
    (message,) = slack.bot_messages(question.channel)
    assert ("Sources:" in plain(message)) == answered


def test_a_secret_is_warned_of(slack: SlackServer, sample: KnowledgeBase, tmp_path: Path) -> None:
    question = asked(slack, f"I lost my secret key {KEY_ID}")
    assert Store(tmp_path / "bot.sqlite").claim(question)
    desk = Desk(slack, sample, tmp_path)
    desk.answerer.recover(lambda team: desk.client)
    warning, answer = slack.bot_messages(question.channel)
    assert "Treat it as leaked" in plain(warning) and KEY_ID not in plain(answer)


def test_an_answer_that_stands_is_not_apologised_for(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    desk = Desk(slack, sample, tmp_path)
    question = asked(slack, "I lost my secret key")
    assert desk.answerer.claim(question)
    # Slack takes the answer, does not say so, and cannot be asked for a while.
    slack.drop_next("chat.postMessage", applied=True)
    slack.fail_next("conversations.history", times=3)
    desk.answerer.answer(question, desk.client)
    (message,) = slack.bot_messages(question.channel)
    assert "Sources:" in plain(message)
    assert desk.store.unanswered() == []


def test_only_one_replica_has_a_question_in_hand(slack: SlackServer, tmp_path: Path) -> None:
    first, second = Store(tmp_path / "bot.sqlite"), Store(tmp_path / "bot.sqlite")
    assert first.claim(asked(slack, "I lost my secret key"))
    assert second.claim_expired() == []
    first.release()
    assert len([*first.claim_expired(), *second.claim_expired()]) == 1
