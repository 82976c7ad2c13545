"""The real bot process against a loopback Slack, over a real socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.memory.store import Store
from bot.question import Question
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.question.redact import redact
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import GUIDEBOT, Bot, StartBot, answerer_from, copy_home
from tests.conftest import SAMPLE_GUIDES
from tests.ingesting import ingest

LOST_KEY_EN = "I lost my access key or secret key"
LOST_KEY_JA = "アクセスキー・シークレットキーをなくした"


@pytest.fixture
def own_home(sample_home: Home, home: Home) -> Home:
    """A copy of the sample guide's home folder, to be written to."""
    copy_home(sample_home, home)
    return home


def quiet(slack: SlackServer, channel: str, count: int, seconds: float = 1.5) -> None:
    """Check that nothing more is posted."""
    time.sleep(seconds)
    assert len(slack.bot_messages(channel)) == count


def test_a_day_in_slack(running: tuple[SlackServer, Bot]) -> None:
    slack, bot = running
    _direct_message(slack)
    _mention_and_thread(slack)
    _what_is_not_for_the_bot(slack)
    _redelivery(slack)
    _not_covered(slack)
    _reconnect(slack)
    _rate_limit(slack)
    assert "secret" not in bot.log and "シークレット" not in bot.log
    # The SDK has its own noise when a connection goes; ours would be a failure.
    assert "ERROR bot" not in bot.log and "Failure" not in bot.log


def _direct_message(slack: SlackServer) -> None:
    sent = slack.direct_message("U2", "I lost my secret key")
    assert slack.wait_for_ack(sent).seconds < 3
    (message,) = slack.wait_for_messages(sent.channel, 1)
    text = plain(message)
    assert text.startswith(LOST_KEY_EN)
    assert "1. List your keys" in text and "[1]" in text
    assert "```\naws iam list-access-keys --user-name YOUR-NAME\n```" in text
    assert "2. If there are two already" in text
    assert "Sources: IAM troubleshooting › " + LOST_KEY_EN in text
    assert message["thread_ts"] == sent.ts
    assert message["text"].startswith(LOST_KEY_EN)
    (call,) = slack.calls("chat.postMessage")
    assert str(call.params["unfurl_links"]).lower() in ("false", "0")


def _mention_and_thread(slack: SlackServer) -> None:
    # Slack sends two events for a mention; the answer comes once.
    sent = slack.mention("C1", "U1", "シークレットキーをなくした")
    (message,) = slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    assert plain(message).startswith(LOST_KEY_JA)
    follow_up = slack.message("C1", "U1", "MFA デバイスを消したい", thread_ts=sent.ts)
    slack.wait_for_ack(follow_up)
    messages = slack.wait_for_messages("C1", 2, thread_ts=sent.ts)
    assert "aws iam delete-virtual-mfa-device" in plain(messages[1])
    again = slack.mention("C1", "U1", "変更が反映されない", thread_ts=sent.ts)
    assert again.thread_ts == sent.ts
    slack.wait_for_messages("C1", 3, thread_ts=sent.ts)


def _what_is_not_for_the_bot(slack: SlackServer) -> None:
    before = len(slack.bot_messages("C1"))
    thread = slack.bot_messages("C1")[0]["thread_ts"]
    alone = slack.message("C1", "U1", "シークレットキーをなくした")
    slack.message("C1", "U1", "返信です", thread_ts=alone.ts)
    slack.message("C1", "U1", "<@U2> さん、見てください", thread_ts=thread)
    slack.message("C1", None, "I lost my secret key", thread_ts=thread, bot_id="B9")
    slack.join("C1", "U2")
    slack.edit("C1", alone.ts, "シークレットキーを紛失した")
    slack.wait_for_ack(slack.message("C1", "U2", "lunch?"))
    quiet(slack, "C1", before)


def _redelivery(slack: SlackServer) -> None:
    sent = slack.direct_message("U1", "ポリシー変数が効かない")
    slack.wait_for_messages(sent.channel, 1)
    again = slack.redeliver(sent)
    slack.wait_for_ack(again)
    quiet(slack, sent.channel, 1)


def _not_covered(slack: SlackServer) -> None:
    sent = slack.direct_message("U1", "プリンターが動かない")
    message = slack.wait_for_messages(sent.channel, 2)[-1]
    text = plain(message)
    assert "見つかりませんでした" in text and "近い項目" in text
    assert text.count("[") == 3  # a button each


def _reconnect(slack: SlackServer) -> None:
    opened = slack.connections_opened
    slack.disconnect(reason="refresh_requested")
    slack.wait_connected(30, opened=opened + 1)
    sent = slack.direct_message("U2", "policy variables don't work")
    message = slack.wait_for_messages(sent.channel, 2)[-1]
    assert '"Version": "2012-10-17"' in plain(message)


def _rate_limit(slack: SlackServer) -> None:
    slack.rate_limit_next("chat.postMessage", retry_after=1)
    sent = slack.direct_message("U2", "my change does not show up")
    message = slack.wait_for_messages(sent.channel, 3)[-1]
    assert plain(message).startswith("My change does not show up")


def test_new_guide_text_is_used_at_once(
    running: tuple[SlackServer, Bot],
    embeddings: SentenceTransformerEmbeddings,
    tmp_path: Path,
) -> None:
    slack, bot = running
    sent = slack.direct_message("U4", "I lost my secret key")
    slack.wait_for_messages(sent.channel, 1)
    guide = tmp_path / "iam-troubleshooting.en.md"
    text = (SAMPLE_GUIDES / guide.name).read_text("utf-8")
    guide.write_text(text.replace("List your keys", "Print your keys"), "utf-8")
    ingest([guide], bot.home, embeddings)
    slack.direct_message("U4", "I lost my secret key")
    messages = slack.wait_for_messages(sent.channel, 2)
    assert "1. List your keys" in plain(messages[0])
    assert "1. Print your keys" in plain(messages[1])
    ingest([SAMPLE_GUIDES], bot.home, embeddings)


def test_nothing_is_lost_or_repeated_over_a_crash(
    slack: SlackServer, start_bot: StartBot, own_home: Home
) -> None:
    bot = start_bot(own_home)
    slack.delay_next("chat.postMessage", seconds=30)
    lost = slack.direct_message("U2", "I lost my secret key")
    slack.wait_until(lambda: slack.calls("chat.postMessage"), 30, "the answer on its way")
    mentioned = slack.mention("C1", "U1", "変更が反映されない")
    slack.wait_for_messages("C1", 1, thread_ts=mentioned.ts)
    bot.kill()
    assert slack.bot_messages(lost.channel) == []
    second = start_bot(own_home)
    (answer,) = slack.wait_for_messages(lost.channel, 1, timeout=30)
    assert plain(answer).startswith(LOST_KEY_EN)
    slack.wait_for_ack(slack.redeliver(lost))
    quiet(slack, lost.channel, 1)
    assert len(slack.bot_messages("C1")) == 1
    # The thread is remembered, too.
    slack.message("C1", "U1", "MFA デバイスを消したい", thread_ts=mentioned.ts)
    slack.wait_for_messages("C1", 2, thread_ts=mentioned.ts)
    assert second.stop() == 0


def test_a_dropped_connection_posts_neither_twice_nor_not_at_all(
    running: tuple[SlackServer, Bot],
) -> None:
    slack, _ = running
    slack.drop_next("chat.postMessage", applied=True)
    sent = slack.direct_message("U6", "I lost my secret key")
    slack.wait_for_messages(sent.channel, 1)
    quiet(slack, sent.channel, 1, seconds=4)
    slack.drop_next("chat.postMessage", applied=False)
    slack.direct_message("U6", "my change does not show up")
    slack.wait_for_messages(sent.channel, 2)


def test_failures_are_apologised_for_with_an_id_that_the_log_has(
    running: tuple[SlackServer, Bot],
) -> None:
    slack, bot = running
    # Slack refuses the answer, for a reason that no other form of it would mend.
    slack.fail_next("chat.postMessage", error="restricted_action")
    sent = slack.direct_message("U3", "シークレットキーをなくした")
    (message,) = slack.wait_for_messages(sent.channel, 1)
    text = plain(message)
    assert "申し訳ありません" in text
    id = _only_id(bot, text)
    assert f"Failure {id}" in bot.log and "restricted_action" in bot.log
    assert "Traceback" not in text and "restricted_action" not in text


def test_an_outage_of_slack_delays_an_answer_and_does_not_lose_it(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    channel = slack.dm_channel("U2")
    sent = slack.message(channel, "U2", "I lost my secret key", deliver=False)
    store = Store(tmp_path / "bot.sqlite")
    answerer = answerer_from(sample, store)
    client = WebClient("xoxb-test", base_url=slack.api_url)
    question = Question(
        channel=sent.channel, ts=sent.ts, user="U2", text=redact("I lost my secret key")
    )
    assert answerer.claim(question) and not answerer.claim(question)
    # As often as the answer and the apology are tried together.
    slack.fail_next("chat.postMessage", error="internal_error", times=8)
    answerer.recover(lambda team: client)  # leaves alone what is being answered
    answerer.answer(question, client)
    assert slack.bot_messages(sent.channel) == [] and len(store.unanswered()) == 1
    answerer.recover(lambda team: client)
    (message,) = slack.bot_messages(sent.channel)
    assert plain(message).startswith(LOST_KEY_EN)
    assert store.unanswered() == []
    answerer.recover(lambda team: client)
    assert len(slack.bot_messages(sent.channel)) == 1


def test_before_the_first_ingest_people_are_told(
    slack: SlackServer,
    start_bot: StartBot,
    home: Home,
    sample_home: Home,
    embeddings: SentenceTransformerEmbeddings,
) -> None:
    shutil.copy(sample_home.embedding_cache, home.embedding_cache)
    bot = start_bot(home, as_typed=True)
    sent = slack.direct_message("U2", "I lost my secret key")
    (message,) = slack.wait_for_messages(sent.channel, 1)
    assert "no guides have been published" in plain(message)
    assert _only_id(bot, plain(message))
    ingest([SAMPLE_GUIDES], home, embeddings)
    slack.direct_message("U2", "I lost my secret key")
    messages = slack.wait_for_messages(sent.channel, 2)
    assert plain(messages[1]).startswith(LOST_KEY_EN)
    assert bot.stop() == 0


@pytest.mark.e2e
def test_tokens_that_slack_refuses_are_explained(slack: SlackServer, own_home: Home) -> None:
    slack.fail_next("auth.test", error="invalid_auth")
    result = subprocess.run(
        [GUIDEBOT, "serve"],
        env={**os.environ, **slack.environment, "GUIDEBOT_HOME": str(own_home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "Slack refused the connection: invalid_auth" in result.stderr
    assert "Traceback" not in result.stderr


def _only_id(bot: Bot, text: str) -> str:
    ids = [word for word in bot.log.split() if len(word) == 8 and word in text]
    assert ids, (text, bot.log)
    return ids[0]
