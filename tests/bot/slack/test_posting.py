"""Messages are posted once each, put in each other's place, and few where Slack takes few."""

from __future__ import annotations

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.question import Place
from bot.slack.posting import is_answered, post_answer, read_message, replace_answer
from bot.views.message import Message, plain
from testing.slack_server import SlackServer
from testing.slack_server import plain as shown


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return WebClient("xoxb-test", base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def asked(slack: SlackServer) -> Place:
    sent = slack.mention("C1", "U2", "what now?", deliver=False)
    return Place(channel="C1", ts=sent.ts, thread_ts=sent.ts)


def texts(slack: SlackServer) -> list[str]:
    return [shown(message) for message in slack.bot_messages("C1")]


def messages(*words: str) -> list[Message]:
    return [plain(word) for word in words]


def test_each_is_posted_once_though_the_connection_breaks(
    slack: SlackServer, client: WebClient, asked: Place
) -> None:
    slack.drop_next("chat.postMessage", applied=True)
    first = post_answer(client, asked, messages("one", "two"))
    assert texts(slack) == ["one", "two"] and is_answered(client, asked)
    assert post_answer(client, asked, messages("one", "two"), maybe_posted=True) == first
    assert texts(slack) == ["one", "two"]


def test_half_an_answer_is_none(slack: SlackServer, client: WebClient, asked: Place) -> None:
    slack.fail_next("chat.postMessage", error="restricted_action")
    with pytest.raises(SlackApiError):
        post_answer(client, asked, messages("one", "two"))
    assert not is_answered(client, asked)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["one", "two", "three"], ["1"]),
        (["one"], ["1", "2", "3"]),
        (["one", "two"], ["1", "2"]),
    ],
)
def test_another_answer_takes_the_place_whole(
    slack: SlackServer, client: WebClient, asked: Place, before: list[str], after: list[str]
) -> None:
    other = slack.mention("C1", "U4", "and me?", thread_ts=asked.ts, deliver=False)
    first = post_answer(client, asked, messages(*before))
    theirs = Place(channel="C1", ts=other.ts, thread_ts=asked.ts)
    post_answer(client, theirs, messages("something else"))
    assert first is not None
    replace_answer(client, asked, first, messages(*after))
    assert sorted(texts(slack)) == sorted([*after, "something else"])
    assert slack.bot_messages("C1")[0]["ts"] == first
    assert is_answered(client, asked)


def test_a_question_that_is_gone_is_none(
    slack: SlackServer, client: WebClient, asked: Place
) -> None:
    assert read_message(client, asked) is not None
    slack.message("C1", "U4", "nothing here", deliver=False)
    gone = Place(channel="C1", ts="1.000001")
    assert read_message(client, gone) is None
