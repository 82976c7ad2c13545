"""While Slack is away, slow, or wants nothing of the bot any more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.memory.store import Store
from bot.question import Question, Surface
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.question.redact import redact
from testing.slack_server import SlackServer, plain
from testing.slack_server.http_mode import Reply, get
from tests.bot.conftest import Bot, answerer_from, free_port, start_one

ASKED = "I lost my secret key"
LOST_KEY = "I lost my access key or secret key"
Office = tuple[SlackServer, Bot, int]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sample_home: Home) -> Iterator[Office]:
    """A bot, its Slack, and the port of its status pages."""
    port = free_port()
    settings = {"STATUS_ADDRESS": f"127.0.0.1:{port}", "HUMAN_CHANNEL": "C9"}
    with start_one(tmp_path_factory.mktemp("away"), sample_home, settings) as (slack, bot):
        slack.add_channel("C9", "helpdesk")
        yield slack, bot, port


def ready(slack: SlackServer, port: int, status: int, seconds: float) -> Reply:
    """What /readyz says once it answers with a status."""
    deadline = time.monotonic() + seconds
    while (reply := get(port, "/readyz")).status != status:
        assert time.monotonic() < deadline, reply
        time.sleep(0.2)
    return reply


def test_a_lost_connection_is_noticed_and_replaced(office: Office) -> None:
    slack, _, port = office
    opened = slack.connections_opened
    slack.lose_connections()
    began = time.monotonic()
    slack.wait_connected(15, opened=opened + 1)
    assert time.monotonic() - began < 15
    sent = slack.direct_message("U2", ASKED)
    assert plain(slack.wait_for_messages(sent.channel, 1)[0]).startswith(LOST_KEY)
    ready(slack, port, 200, 5)


def test_the_bot_is_not_ready_with_a_token_that_slack_refuses(office: Office) -> None:
    slack, _, port = office
    ready(slack, port, 200, 15)
    slack.fail_next("auth.test", "token_revoked")
    assert "token_revoked" in ready(slack, port, 503, 25).body
    ready(slack, port, 200, 25)


def test_buttons_are_acknowledged_while_others_wait_for_slack(office: Office) -> None:
    slack, _, _ = office
    sent = slack.mention("C1", "U4", ASKED)
    (message,) = slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    slack.delay_next("views.open", 4, times=40)
    envelopes = [slack.press("C1", message, "Show the whole section", "U4") for _ in range(40)]
    assert all(slack.wait_for_ack(envelope).seconds < 3 for envelope in envelopes)


def test_an_answer_is_posted_to_the_channel_once_and_whole(office: Office) -> None:
    slack, _, _ = office
    slack.command("C1", "U6", "/guide", ASKED)
    (answer,) = slack.wait_for_ephemerals("U6")
    before = len(slack.bot_messages("C1"))
    slack.drop_next("chat.postMessage", applied=True)
    slack.press("C1", answer, "Post to the channel", "U6", ephemeral=True)
    asked, posted = slack.wait_for_messages("C1", before + 2)[before:]
    time.sleep(1)
    assert len(slack.bot_messages("C1")) == before + 2
    assert plain(asked).startswith("@U6") and plain(posted).startswith(LOST_KEY)
    # Pressed again, because nothing seemed to come of it.
    slack.press("C1", answer, "Post to the channel", "U6", ephemeral=True)
    time.sleep(1)
    assert len(slack.bot_messages("C1")) == before + 2


class Desk:
    """An answerer of its own, with the bot's time-outs."""

    def __init__(self, slack: SlackServer, sample: KnowledgeBase, folder: Path) -> None:
        self.store = Store(folder / "bot.sqlite")
        self.answerer = answerer_from(sample, self.store)
        self.client = WebClient("xoxb-test", base_url=slack.api_url, retry_handlers=[])

    def claim(self, slack: SlackServer) -> Question:
        sent = slack.mention("C1", "U2", ASKED, deliver=False)
        question = Question(
            channel="C1",
            ts=sent.ts,
            thread_ts=sent.ts,
            user="U2",
            text=redact(ASKED),
            surface=Surface.MENTION,
        )
        assert self.answerer.claim(question)
        return question


@pytest.mark.parametrize(
    "error", ["is_archived", "channel_not_found", "not_in_channel", "missing_scope"]
)
def test_what_can_never_be_posted_is_closed_at_once(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path, error: str
) -> None:
    desk = Desk(slack, sample, tmp_path)
    question = desk.claim(slack)
    slack.fail_next("chat.postMessage", error, times=9)
    desk.answerer.answer(question, desk.client)
    assert desk.store.unanswered() == []
    # On a busy machine, a note that it takes a moment is tried first.
    texts = [str(call.params["text"]) for call in slack.calls("chat.postMessage")]
    assert len([text for text in texts if not text.startswith("One moment")]) == 1


def test_what_was_left_over_in_a_lost_channel_is_closed(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    desk = Desk(slack, sample, tmp_path)
    desk.claim(slack)
    desk.store.release()
    later = Desk(slack, sample, tmp_path)
    slack.add_channel("C1", "help", is_archived=True)
    slack.fail_next("conversations.replies", "channel_not_found", times=9)
    later.answerer.recover(lambda team: later.client)
    assert later.store.unanswered() == []


def test_a_person_whom_slack_is_slow_to_tell_of_is_answered_all_the_same(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    desk = Desk(slack, sample, tmp_path)
    question = desk.claim(slack)
    slack.delay_next("users.info", 20, times=2)
    began = time.monotonic()
    desk.answerer.answer(question, desk.client)
    assert time.monotonic() - began < 8
    (answer,) = slack.bot_messages("C1")
    assert LOST_KEY in plain(answer)
