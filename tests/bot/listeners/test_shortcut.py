"""The message shortcut, wherever the message is and whatever was made of it before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.question import text_of
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from testing.slack_server import SlackServer, plain
from testing.slack_server.workspace import Json
from tests.bot.house import House, open_house

ASKED = "I lost my secret key"
LOST_KEY = "I lost my access key or secret key"
Office = tuple[SlackServer, House]


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
    sample_home: Home,
    embeddings: SentenceTransformerEmbeddings,
) -> Iterator[Office]:
    settings = {"auto_answer_channels": "C2", "human_channel": "C9"}
    folder = tmp_path_factory.mktemp("shortcut")
    with open_house(sample_home, embeddings, folder, **settings) as house:
        house.slack.add_channel("C2", "ask-guide")
        house.slack.add_channel("C9", "helpdesk")
        yield house.slack, house


def stands(slack: SlackServer, channel: str, ts: str) -> Json:
    return next(m for m in slack.messages(channel) if m["ts"] == ts)


def use(slack: SlackServer, channel: str, ts: str, user: str) -> None:
    envelope = slack.shortcut(channel, stands(slack, channel, ts), user, "answer_from_guide")
    assert slack.wait_for_ack(envelope).seconds < 3


@pytest.mark.parametrize(
    ("channel", "kind", "asker"),
    [
        ("C71", {}, "U2"),
        ("G72", {"is_private": True}, "U4"),
        ("D73", {"is_im": True, "user": "U3"}, "U6"),
    ],
)
def test_where_the_bot_is_no_member_the_answer_is_for_the_person(
    office: Office, channel: str, kind: dict[str, Any], asker: str
) -> None:
    slack, house = office
    slack.add_channel(channel, "elsewhere", is_member=False, **kind)
    sent = slack.message(channel, "U3", ASKED)
    use(slack, channel, sent.ts, asker)
    (answer,) = slack.wait_for_ephemerals(asker)
    assert plain(answer).startswith(LOST_KEY) and "[Post to the channel]" in plain(answer)
    assert answer["response_type"] == "ephemeral" and slack.bot_messages(channel) == []
    slack.press(channel, answer, "Ask a human", asker, ephemeral=True)
    assert "passed your question on" in plain(slack.wait_for_ephemerals(asker, 2)[-1])
    assert "Failure" not in house.log


def test_a_message_that_was_answered_is_linked_to(office: Office) -> None:
    slack, house = office
    sent = slack.mention("C1", "U2", ASKED)
    (answer,) = slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    house.settle()
    use(slack, "C1", sent.ts, "U5")
    (told,) = slack.wait_for_ephemerals("U5")
    assert "すでにお答えしています" in plain(told)
    assert f"p{answer['ts'].replace('.', '')}" in plain(told)
    assert len(slack.bot_messages("C1", sent.ts)) == 1


def test_a_message_that_was_left_alone_is_answered(office: Office) -> None:
    slack, house = office
    sent = slack.message("C2", "U4", "password")
    slack.wait_for_ack(sent)
    house.settle()
    assert [plain(m) for m in slack.bot_messages("C2")] == []
    use(slack, "C2", sent.ts, "U1")
    (asked,) = slack.wait_for_messages("C2", 1, thread_ts=sent.ts)
    assert "Which of these" in plain(asked)


def test_an_alert_is_read_in_its_attachments(office: Office) -> None:
    slack, _ = office
    alert = {"attachments": [{"color": "#f00", "title": "Support", "text": ASKED, "fallback": "-"}]}
    sent = slack.message("C1", None, "", bot_id="B7", extra=alert)
    use(slack, "C1", sent.ts, "U2")
    (answer,) = slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    assert plain(answer).startswith(LOST_KEY)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"text": "hi", "blocks": [{"type": "section", "text": {"text": "hi"}}]}, "hi"),
        (
            {"text": "", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "a"}}]},
            "a",
        ),
        (
            {
                "text": "",
                "blocks": [
                    {
                        "type": "rich_text",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [
                                    {"type": "text", "text": "I lost "},
                                    {"type": "text", "text": "it", "style": {"bold": True}},
                                ],
                            }
                        ],
                    }
                ],
            },
            "I lost it",
        ),
        (
            {
                "text": "new ticket",
                "bot_id": "B1",
                "blocks": [
                    {"type": "section", "fields": [{"type": "mrkdwn", "text": "no login"}]},
                    {
                        "type": "actions",
                        "elements": [{"type": "button", "text": {"text": "Close"}}],
                    },
                ],
            },
            "new ticket\nno login",
        ),
        (
            {
                "text": "see",
                "attachments": [
                    {"is_share": True, "from_url": "https://x.example", "text": "forwarded"}
                ],
            },
            "see\nforwarded",
        ),
        (
            {"text": "see", "attachments": [{"from_url": "https://x.example", "text": "news"}]},
            "see",
        ),
        ({"text": "", "attachments": [{"fallback": "disk is full"}]}, "disk is full"),
        (
            {"text": "", "attachments": [{"fields": [{"title": "Host", "value": "db1"}]}]},
            "Host\ndb1",
        ),
    ],
)
def test_words_are_read_wherever_they_stand(message: dict[str, Any], said: str) -> None:
    assert text_of(message) == said


def test_slack_does_not_tell_of_what_is_private(slack: SlackServer) -> None:
    client = WebClient("xoxb-test", base_url=slack.api_url)
    slack.add_channel("C71", "elsewhere", is_member=False)
    slack.add_channel("D73", "", is_im=True, is_member=False, user="U3")
    for channel, error in (("C71", "not_in_channel"), ("D73", "channel_not_found")):
        with pytest.raises(SlackApiError, match=error):
            client.conversations_history(channel=channel)
        with pytest.raises(SlackApiError, match=error):
            client.chat_postMessage(channel=channel, text="hi")
