"""Direct messages as Slack's agent view has them: threads of their own, streamed, told apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from testing.slack_server import SlackServer, plain
from tests.bot.house import House

ASKED = "I lost my secret key"
LOST_KEY = "I lost my access key or secret key"


@pytest.fixture
def house(slack: SlackServer, sample: KnowledgeBase, tmp_path: Path) -> Iterator[House]:
    slack.add_group("S1", ["U2", "U4"])
    found = House(slack, sample, tmp_path / "home", allowed_groups="S1")
    yield found
    found.close()


def test_an_answer_stands_in_the_thread_of_its_question(slack: SlackServer, house: House) -> None:
    first = slack.direct_message("U2", ASKED)
    (answer,) = slack.wait_for_messages(first.channel, 1, thread_ts=first.ts)
    assert plain(answer).startswith(LOST_KEY)
    again = slack.direct_message("U2", "and with the cli?", thread_ts=first.ts)
    follow_up = slack.wait_for_messages(first.channel, 2, thread_ts=first.ts)[-1]
    assert again.thread_ts == first.ts and LOST_KEY in plain(follow_up)
    house.close()
    (title,) = slack.calls("assistant.threads.setTitle")
    assert title.params["title"] == ASKED and title.params["thread_ts"] == first.ts


def test_what_takes_a_while_is_streamed_there(slack: SlackServer, house: House) -> None:
    slack.delay_next("usergroups.users.list", 3)
    sent = slack.direct_message("U2", ASKED)
    slack.wait_until(lambda: slack.calls("chat.stopStream"), 30, "the end of the stream")
    house.close()
    (answer,) = slack.bot_messages(sent.channel, sent.ts)
    assert plain(answer).startswith(f"[complete] Searched the guides\n{LOST_KEY}")
    (start,) = slack.calls("chat.startStream")
    assert start.params["thread_ts"] == sent.ts and start.params["channel"] == sent.channel
    statuses = [c.params["status"] for c in slack.calls("assistant.threads.setStatus")]
    assert statuses[0].startswith("is looking in") and statuses[-1] == ""


def test_conversations_do_not_know_of_each_other(slack: SlackServer, house: House) -> None:
    one = slack.direct_message("U2", ASKED)
    slack.wait_for_messages(one.channel, 1, thread_ts=one.ts)
    # The same words, without what was asked before them, in another thread, by somebody else in
    # another conversation, and in a channel.
    other = slack.direct_message("U2", "and with the cli?")
    theirs = slack.direct_message("U4", "and with the cli?")
    public = slack.mention("C1", "U2", "and with the cli?")
    for sent in (other, theirs, public):
        (alone,) = slack.wait_for_messages(sent.channel, 1, thread_ts=sent.ts)
        assert LOST_KEY not in plain(alone).splitlines()[0], plain(alone)
        assert "gave you above" not in plain(alone)
    house.close()
    before = [
        house.services.store.outcome(sent.channel, sent.ts) for sent in (other, theirs, public)
    ]
    assert all(outcome is None or not outcome.joined for outcome in before)
