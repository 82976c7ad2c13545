import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from testing.slack_server import SlackServer
from testing.slack_server.events import SentEvent


class Bot:
    """A Bolt app that answers every question, and remembers what it got."""

    def __init__(self, slack: SlackServer) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.slack = slack
        client = WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=5)
        app = App(client=client, raise_error_for_unhandled_request=False)
        app.event("app_mention")(self._answer)
        app.event("message")(self._listen)
        self._handler = SocketModeHandler(app, slack.app_token, ping_interval=1)

    def _answer(self, body: dict[str, Any], client: WebClient) -> None:
        self.bodies.append(body)
        event = body["event"]
        thread_ts = event.get("thread_ts", event["ts"])
        client.chat_postMessage(channel=event["channel"], thread_ts=thread_ts, text="hello")

    def _listen(self, body: dict[str, Any], client: WebClient) -> None:
        if body["event"].get("channel_type") == "im" and "subtype" not in body["event"]:
            self._answer(body, client)
        else:
            self.bodies.append(body)

    def got(self, sent: SentEvent) -> list[dict[str, Any]]:
        """What arrived about the message of this event."""
        return [body for body in self.bodies if body["event"]["ts"] == sent.ts]

    @contextmanager
    def running(self) -> Iterator["Bot"]:
        self._handler.connect()  # type: ignore[no-untyped-call]
        try:
            yield self
        finally:
            self._close()

    def _close(self) -> None:
        # Otherwise the client only closes once its read of 3 s is over, and its close is not
        # safe against one from the other side at the same time.
        self._handler.client.auto_reconnect_enabled = False
        self.slack.close_connections()
        deadline = time.monotonic() + 3
        while self._handler.client.is_connected() and time.monotonic() < deadline:
            time.sleep(0.002)
        self._handler.close()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def bot() -> Iterator[Bot]:
    """One bot for all tests of Socket Mode, as the SDK takes a second to stop one."""
    with SlackServer() as server:
        server.add_user("U1", "hanako")
        server.add_channel("C1", "help")
        with Bot(server).running() as running:
            server.wait_connected()
            yield running


def test_a_direct_message_is_acknowledged_and_answered(bot: Bot) -> None:
    slack = bot.slack
    sent = slack.direct_message("U1", "hello?")
    ack = slack.wait_for_ack(sent)
    assert 0 <= ack.seconds < 3
    (answer,) = slack.wait_for_messages(sent.channel, 1, thread_ts=sent.ts)
    assert answer["text"] == "hello"
    (body,) = bot.got(sent)
    event = body["event"]
    assert event["channel_type"] == "im"
    assert event["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "hello?"}]
    assert body["authorizations"][0]["user_id"] == slack.identity.bot_user_id


@pytest.mark.parametrize("message_event_first", [False, True])
def test_a_mention_is_sent_as_two_events(bot: Bot, message_event_first: bool) -> None:
    slack = bot.slack
    sent = slack.mention("C1", "U1", "help", message_event_first=message_event_first)
    (twin,) = sent.related
    assert (twin.ts, twin.event["type"]) == (sent.ts, "message")
    assert twin.event_id != sent.event_id
    for one in (sent, twin):
        slack.wait_for_ack(one)
    slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    tag = {"type": "user", "user_id": slack.identity.bot_user_id}
    assert sent.event["blocks"][0]["elements"][0]["elements"][0] == tag
    assert "channel_type" not in sent.event


def test_no_message_events_from_where_the_bot_is_not(bot: Bot) -> None:
    slack = bot.slack
    slack.add_channel("C2", "elsewhere", is_member=False)
    assert not slack.message("C2", "U1", "hello").envelope_id
    assert slack.mention("C2", "U1", "hello").related == ()


def test_a_thread_reply_tells_its_parent(bot: Bot) -> None:
    slack = bot.slack
    root = slack.message("C1", "U1", "a")
    reply = slack.message("C1", "U1", "b", thread_ts=root.ts)
    assert reply.event["parent_user_id"] == "U1"
    assert reply.thread_ts == root.ts
    slack.wait_for_ack(reply)


def test_edits_deletions_joins_and_other_bots(bot: Bot) -> None:
    slack = bot.slack
    sent = slack.message("C1", "U1", "before")
    edited = slack.edit("C1", sent.ts, "after")
    assert edited.event["message"]["text"] == "after"
    assert edited.event["previous_message"]["text"] == "before"
    deleted = slack.delete("C1", sent.ts)
    assert deleted.event["deleted_ts"] == sent.ts
    joined = slack.join("C1", "U1")
    assert joined.event["subtype"] == "channel_join"
    other = slack.message("C1", None, "beep", subtype="bot_message", bot_id="B9")
    assert "user" not in other.event
    for one in (sent, edited, deleted, joined, other):
        slack.wait_for_ack(one)


def test_redelivery_keeps_the_event_id(bot: Bot) -> None:
    slack = bot.slack
    first = slack.direct_message("U1", "hello?")
    slack.wait_for_ack(first)
    again = slack.redeliver(first)
    assert (again.event_id, again.retry_attempt) == (first.event_id, 1)
    assert again.envelope_id != first.envelope_id
    slack.wait_for_ack(again)
    slack.wait_until(
        lambda: len(slack.bot_messages(first.channel, first.ts)) == 2, 5, "second delivery"
    )
    assert {body["event_id"] for body in bot.got(first)} == {first.event_id}
    raw = slack.send_event(first.event, "Ev1", retry_attempt=2, retry_reason="http_error")
    assert (raw.event_id, raw.retry_attempt) == ("Ev1", 2)
    slack.wait_for_ack(raw.envelope_id)


def test_an_event_kept_back_is_delivered_later(slack: SlackServer) -> None:
    kept = slack.direct_message("U1", "is anybody there?", deliver=False)
    with pytest.raises(ValueError, match="never delivered"):
        slack.wait_for_ack(kept)
    with Bot(slack).running():
        sent = slack.redeliver(kept)
        assert sent.retry_attempt == 0
        slack.wait_for_messages(kept.channel, 1, thread_ts=kept.ts)


def test_the_app_reconnects_when_told_to(bot: Bot) -> None:
    slack = bot.slack
    opened = slack.connections_opened
    slack.disconnect()
    slack.wait_connected(opened=opened + 1)
    sent = slack.direct_message("U1", "still there?")
    slack.wait_for_ack(sent)
    slack.wait_for_messages(sent.channel, 1, thread_ts=sent.ts)
    assert len(slack.calls("apps.connections.open")) == opened + 1


def test_the_app_reconnects_after_a_close_without_warning(bot: Bot) -> None:
    slack = bot.slack
    opened = slack.connections_opened
    slack.close_connections()
    slack.wait_connected(opened=opened + 1)
    slack.wait_for_ack(slack.direct_message("U1", "still there?"))


def test_the_bot_gets_its_own_messages_too(bot: Bot) -> None:
    slack = bot.slack
    before = len(slack.acks())
    sent = slack.direct_message("U1", "hello?")
    slack.wait_for_messages(sent.channel, 1, thread_ts=sent.ts)
    slack.wait_until(lambda: len(slack.acks()) >= before + 2, 5, "ack of the echo")
    assert len(slack.bot_messages(sent.channel, sent.ts)) == 1


def test_a_ticket_opens_one_connection(client: WebClient, slack: SlackServer) -> None:
    url = client.apps_connections_open(app_token=slack.app_token)["url"]
    assert url.startswith(f"ws://127.0.0.1:{slack.port}/link/?ticket=")
    with pytest.raises(urllib.error.HTTPError) as problem:
        urllib.request.urlopen(f"http://127.0.0.1:{slack.port}/link/?ticket=old", timeout=5)
    with problem.value as answer:
        assert answer.code == 403


def test_a_timeout_tells_what_was_posted(client: WebClient, slack: SlackServer) -> None:
    client.chat_postMessage(channel="C1", text="only this")
    with pytest.raises(TimeoutError, match="only this"):
        slack.wait_for_messages("C1", 2, timeout=0.05)
