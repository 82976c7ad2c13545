"""What only one person is told arrives: warnings, refusals and slowing down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient

from kb.knowledge_base import KnowledgeBase
from testing.slack_server import SlackServer, plain
from tests.bot.house import House

KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"
PASTED = f"I lost the secret of {KEY_ID}"
Open = Callable[..., House]


@pytest.fixture
def open_house(slack: SlackServer, sample: KnowledgeBase, tmp_path: Path) -> Iterator[Open]:
    houses: list[House] = []

    def begin(**settings: str) -> House:
        houses.append(House(slack, sample, tmp_path / "home", **settings))
        return houses[-1]

    yield begin
    for house in houses:
        house.close()


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


def test_the_warning_of_a_secret_in_a_channel_is_seen(slack: SlackServer, open_house: Open) -> None:
    open_house()
    sent = slack.mention("C1", "U2", PASTED)
    (answer,) = slack.wait_for_messages("C1", 1)
    assert answer["thread_ts"] == sent.ts
    (warning,) = slack.ephemerals()
    assert "Treat it as leaked" in plain(warning.message) and "thread_ts" not in warning.message
    assert "Sources: IAM troubleshooting" in plain(warning.message)


@pytest.mark.parametrize("rules", [{"allowed_channels": "C7"}, {"allowed_workspaces": "T7"}])
def test_a_refusal_in_a_channel_is_seen(
    slack: SlackServer, open_house: Open, rules: dict[str, str]
) -> None:
    open_house(**rules)
    slack.mention("C1", "U2", "I lost my secret key")
    (refusal,) = slack.wait_for_ephemerals("U2")
    assert "not allowed to answer here" in plain(refusal)
    assert slack.bot_messages("C1") == []


def test_in_a_thread_the_warning_stays_there(slack: SlackServer, open_house: Open) -> None:
    open_house()
    root = slack.message("C1", "U4", "does anybody know?", deliver=False)
    slack.mention("C1", "U2", PASTED, thread_ts=root.ts)
    (warning,) = slack.wait_for_ephemerals("U2")
    assert warning["thread_ts"] == root.ts


def test_who_may_not_ask_is_warned_without_a_word_of_the_guide(
    slack: SlackServer, open_house: Open
) -> None:
    house = open_house(allowed_workspaces="T7")
    for _ in range(10):
        slack.mention("C1", "U2", PASTED)
    slack.direct_message("U4", PASTED)
    house.close()
    told = [plain(e.message) for e in slack.ephemerals()]
    assert any("Treat it as leaked" in text for text in told)
    # Not ten times over.
    assert sum("not allowed to answer here" in text for text in told) == 3 and len(told) == 6
    direct = [plain(m) for m in slack.bot_messages(slack.dm_channel("U4"))]
    assert len(direct) == 2 and "not allowed to answer here" in direct[1]
    said = json.dumps([call.params for call in slack.calls()])
    assert "IAM troubleshooting" not in said and "aws iam" not in said


def test_too_many_questions_in_a_channel_are_slowed_down(
    slack: SlackServer, open_house: Open
) -> None:
    house = open_house(questions_per_minute="2")
    for _ in range(9):
        slack.mention("C1", "U2", "I lost my secret key")
    slack.mention("C1", "U4", "I lost my secret key")
    house.close()
    assert len(slack.bot_messages("C1")) == 3
    told = [(e.user, plain(e.message), "thread_ts" in e.message) for e in slack.ephemerals()]
    assert len(told) == 3
    assert all(user == "U2" and "seconds" in text and not threaded for user, text, threaded in told)


def test_a_message_is_deleted_for_its_author_where_that_can_be(
    slack: SlackServer, open_house: Open
) -> None:
    open_house(slack_user_token=slack.user_token)
    sent = slack.mention("C1", "U2", PASTED)
    (warning,) = slack.wait_for_ephemerals("U2")
    assert "[Delete my message]" in plain(warning)
    slack.press("C1", warning, "Delete my message", "U4", ephemeral=True)
    (other,) = slack.wait_for_ephemerals("U4")
    assert "couldn't delete" in plain(other)
    slack.press("C1", warning, "Delete my message", "U2", ephemeral=True)
    assert plain(slack.wait_for_ephemerals("U2", 2)[-1]).startswith("Deleted")
    assert sent.ts not in {m["ts"] for m in slack.messages("C1")}


def test_that_slack_does_not_delete_a_message_is_said(slack: SlackServer, open_house: Open) -> None:
    open_house(slack_user_token=slack.user_token)
    sent = slack.mention("C1", "U2", PASTED)
    (warning,) = slack.wait_for_ephemerals("U2")
    slack.fail_next("chat.delete", error="cant_delete_message")
    slack.press("C1", warning, "Delete my message", "U2", ephemeral=True)
    assert "couldn't delete" in plain(slack.wait_for_ephemerals("U2", 2)[-1])
    assert sent.ts in {m["ts"] for m in slack.messages("C1")}


@pytest.mark.parametrize("where", ["direct", "private", "partner"])
def test_what_cannot_be_deleted_is_not_offered(
    slack: SlackServer, open_house: Open, where: str
) -> None:
    house = open_house(slack_user_token=slack.user_token, allow_external="true")
    user = "U2"
    if where == "direct":
        slack.direct_message(user, PASTED)
    elif where == "private":
        slack.add_channel("G7", "board", is_private=True)
        slack.mention("G7", user, PASTED)
    else:
        user = "U77"
        slack.add_user(user, "partner", locale="en-US", team="T0OTHER")
        slack.mention("C1", user, PASTED)
    house.close()
    direct = slack.bot_messages(slack.dm_channel("U2"))
    warned = [plain(m) for m in [*direct, *(e.message for e in slack.ephemerals())]]
    (warning,) = [text for text in warned if "Treat it as leaked" in text]
    assert "[Delete my message]" not in warning
