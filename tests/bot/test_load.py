"""No question is lost and none is answered twice: load, faults, crashes, and a full house."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator

import pytest

from bot.memory.store import Store
from kb.paths import Home
from testing.slack_server import SlackServer
from testing.slack_server.crowd import Crowd, Tally
from tests.bot.conftest import Bot, StartBot, copy_home, start_one

PLENTY = {"QUESTIONS_PER_MINUTE": "1000", "WORKSPACE_QUESTIONS_PER_MINUTE": "10000"}


@pytest.fixture(scope="module")
def busy(
    tmp_path_factory: pytest.TempPathFactory, sample_home: Home
) -> Iterator[tuple[SlackServer, Bot]]:
    """A bot that people may ask as much as they like, and its Slack."""
    with start_one(tmp_path_factory.mktemp("busy"), sample_home, PLENTY) as (slack, bot):
        yield slack, bot
        assert slack.violations == []


def assert_each_once(tally: Tally) -> None:
    assert (tally.lost, tally.doubled) == ([], [])


def test_100_questions_of_50_people_are_each_answered_once(
    busy: tuple[SlackServer, Bot],
) -> None:
    slack, bot = busy
    crowd = Crowd(slack, "A")
    crowd.gather()
    crowd.ask(100, per_second=20)
    assert len(crowd.wait(90).answers) == 105
    for sent in crowd.asked[:10]:
        slack.wait_for_ack(slack.redeliver(sent))
    time.sleep(1)
    assert_each_once(crowd.tally())
    assert "Failure" not in bot.log


def test_faults_of_slack_neither_lose_nor_repeat_an_answer(
    busy: tuple[SlackServer, Bot],
) -> None:
    slack, _ = busy
    crowd = Crowd(slack, "B")
    crowd.gather()
    # A seed with which each kind of fault comes up among the first hundred calls.
    slack.scatter_faults(0.05, seed=215)
    chance = random.Random(7)
    for _ in range(6):
        crowd.ask(10, per_second=20)
        if chance.random() < 0.3:
            slack.disconnect(grace=0.1)
    crowd.wait(90)
    slack.scatter_faults(0)
    assert slack.faults_scattered >= 5
    time.sleep(1)
    assert_each_once(crowd.tally())


def test_buttons_are_acknowledged_while_answers_take_their_time(
    busy: tuple[SlackServer, Bot],
) -> None:
    slack, _ = busy
    slack.add_user("UPRESS", "presser", locale="en-US")
    sent = slack.direct_message("UPRESS", "I lost my secret key")
    (message,) = slack.wait_for_messages(sent.channel, 1, timeout=30)
    crowd = Crowd(slack, "D", people=30, channels=1)
    before = len(slack.calls("chat.postMessage"))
    slack.delay_next("chat.postMessage", seconds=4, times=16)
    crowd.ask(30)
    slack.wait_until(lambda: len(slack.calls("chat.postMessage")) > before, 30, "a slow answer")
    envelope = slack.press(sent.channel, message, "Show the whole section", "UPRESS")
    assert slack.wait_for_ack(envelope).seconds < 3
    assert crowd.tally().lost, "the answers were not slow"
    assert_each_once(crowd.wait(60))


def test_a_crash_and_a_stop_amid_questions(
    slack: SlackServer,
    start_bot: StartBot,
    sample_home: Home,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in PLENTY.items():
        monkeypatch.setenv(name, value)
    copy_home(sample_home, home)
    crowd = Crowd(slack, "E")
    bot = start_bot(home)
    crowd.ask(50)
    slack.wait_until(lambda: len(slack.calls("chat.postMessage")) > 15, 60, "some answers")
    bot.kill()
    assert crowd.tally().lost, "the crash came too late"
    old, young = _left_over(slack, home)
    second = start_bot(home)
    slack.wait_for_messages(young[0], 1, timeout=60)
    crowd.deliver_again()
    assert_each_once(crowd.wait(60))
    assert slack.bot_messages(old[0]) == []
    assert f"{old[1]} in {old[0]} is too old" in second.log
    assert len(slack.bot_messages(young[0])) == 1
    _stop_amid(slack, second, home)


def _left_over(slack: SlackServer, home: Home) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two questions that were taken on eleven and nine minutes ago, and not answered."""
    places = []
    for user, minutes in (("U2", 11), ("U4", 9)):
        channel = slack.dm_channel(user)
        sent = slack.message(channel, user, "I lost my secret key", deliver=False)
        with sqlite3.connect(home.database) as database:
            database.execute(
                "INSERT INTO questions (channel, ts, user, taken_at) VALUES (?, ?, ?, ?)",
                (channel, sent.ts, user, time.time() - 60 * minutes),
            )
        database.close()
        places.append((channel, sent.ts))
    return places[0], places[1]


def _stop_amid(slack: SlackServer, bot: Bot, home: Home) -> None:
    crowd = Crowd(slack, "F")
    before = len(slack.calls("chat.postMessage"))
    crowd.ask(30)
    slack.wait_until(lambda: len(slack.calls("chat.postMessage")) > before, 30, "an answer")
    assert bot.stop() == 0
    store = Store(home.database)
    assert store.unanswered() == []
    answered = crowd.tally().answers
    with sqlite3.connect(home.database) as database:
        claimed = set(database.execute("SELECT channel, ts FROM questions"))
    database.close()
    assert answered and all(count == (place in claimed) for place, count in answered.items())
