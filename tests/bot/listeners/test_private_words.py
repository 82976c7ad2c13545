"""What only one person is told arrives: warnings, refusals and slowing down."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.memory.store import Store
from bot.question import Question, Surface, plain_text
from kb.knowledge_base import KnowledgeBase
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import answerer_from

KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"


def ask(
    slack: SlackServer,
    sample: KnowledgeBase,
    folder: Path,
    text: str,
    thread_ts: str | None = None,
    **rules: str,
) -> Question:
    sent = slack.mention("C1", "U2", text, thread_ts=thread_ts, deliver=False)
    answerer = answerer_from(sample, Store(folder / "bot.sqlite"), **rules)
    question = Question(
        channel="C1",
        ts=sent.ts,
        thread_ts=sent.thread_ts,
        user="U2",
        text=plain_text(text),
        surface=Surface.MENTION,
        team="T0GUIDE",
    )
    assert answerer.take(question)
    answerer.answer(question, WebClient("xoxb-test", base_url=slack.api_url))
    return question


def test_slack_shows_nothing_private_in_a_thread_without_replies(slack: SlackServer) -> None:
    sent = slack.message("C1", "U2", "hello", deliver=False)
    client = WebClient("xoxb-test", base_url=slack.api_url)
    client.chat_postEphemeral(channel="C1", user="U2", text="psst", thread_ts=sent.ts)
    assert slack.ephemerals() == []
    assert [v.error for v in slack.violations] == ["shown_to_nobody"]
    slack.message("C1", "U4", "hello yourself", thread_ts=sent.ts, deliver=False)
    client.chat_postEphemeral(channel="C1", user="U2", text="psst", thread_ts=sent.ts)
    assert len(slack.ephemerals()) == 1
    slack.forgive()


def test_the_warning_of_a_secret_in_a_channel_is_seen(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    question = ask(slack, sample, tmp_path, f"I lost the secret of {KEY_ID}")
    (warning,) = slack.ephemerals()
    assert "Treat it as leaked" in plain(warning.message) and "thread_ts" not in warning.message
    (answer,) = slack.bot_messages("C1")
    assert answer["thread_ts"] == question.ts


@pytest.mark.parametrize("rules", [{"allowed_channels": "C7"}, {"allowed_workspaces": "T7"}])
def test_a_refusal_in_a_channel_is_seen(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path, rules: dict[str, str]
) -> None:
    ask(slack, sample, tmp_path, "I lost my secret key", **rules)
    (refusal,) = slack.ephemerals()
    assert "may not answer here" in plain(refusal.message)
    assert slack.bot_messages("C1") == []


def test_in_a_thread_the_warning_stays_there(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    root = slack.message("C1", "U4", "does anybody know?", deliver=False)
    ask(slack, sample, tmp_path, f"I lost the secret of {KEY_ID}", root.ts)
    (warning,) = slack.ephemerals()
    assert warning.message["thread_ts"] == root.ts
