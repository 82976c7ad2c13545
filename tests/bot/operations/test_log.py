"""The log has no word of what people write, however much it tells."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.operations.log import configure
from bot.settings import BotSettings
from kb.paths import Home
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import Bot, start_one

CANARY = "zanzibar"
KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"
SECRET = "kR8vT2yLm4Qn7Wp1Zs5Xc9Vb3Nd6Fg0Hj+KaLqWe"


@pytest.fixture
def loggers() -> Iterator[None]:
    """Leave the loggers as they were."""
    root = logging.getLogger()
    before = root.level, [*root.handlers]
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for room in ("bot", "ingest", "kb"):
        logging.getLogger(room).setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    "library", ["slack_bolt.App", "slack_sdk.webhook", "openai._base_client", "httpcore.http11"]
)
def test_libraries_tell_no_details(
    loggers: None, capsys: pytest.CaptureFixture[str], library: str
) -> None:
    configure(BotSettings(log_level="DEBUG"))
    logger = logging.getLogger(library)
    before = logger.level
    # As a library may do by itself.
    logger.setLevel(logging.DEBUG)
    logger.debug("request %s", CANARY)
    logger.setLevel(before)
    logger.warning("slow")
    logging.getLogger("bot.app").debug("our own")
    told = capsys.readouterr().err
    assert CANARY not in told and "slow" in told and "our own" in told


@pytest.fixture(scope="module")
def talkative(
    tmp_path_factory: pytest.TempPathFactory, sample_home: Home
) -> Iterator[tuple[SlackServer, Bot]]:
    """A bot that logs all that it may, and its Slack."""
    settings = {"LOG_LEVEL": "DEBUG", "HUMAN_CHANNEL": "C9", "AUTO_ANSWER_CHANNELS": "C2"}
    folder: Path = tmp_path_factory.mktemp("talkative")
    with start_one(folder, sample_home, settings) as (slack, bot):
        slack.add_channel("C2", "ask-guide")
        slack.add_channel("C9", "helpdesk")
        yield slack, bot


def test_nothing_that_people_write_is_in_the_log(talkative: tuple[SlackServer, Bot]) -> None:
    slack, bot = talkative
    text = f"I lost my secret key {CANARY} {KEY_ID} {SECRET}"
    sent = slack.direct_message("U2", text)
    answer = slack.wait_for_messages(sent.channel, 2)[-1]
    slack.press(sent.channel, answer, "Not helpful", "U2")
    slack.submit(slack.wait_for_view("U2"), "U2", {"comment": f"no {CANARY} {KEY_ID}"})
    slack.press(sent.channel, answer, "Ask a human", "U2")
    (passed_on,) = slack.wait_for_messages("C9", 1)
    slack.message("C9", "U4", f"use {CANARY}", thread_ts=passed_on["ts"])
    mention = slack.mention("C1", "U2", text)
    slack.wait_for_messages("C1", 1, thread_ts=mention.ts)
    slack.message("C1", "U4", f"and what of {CANARY}?", thread_ts=mention.ts)
    slack.message("C2", "U4", text)
    slack.command("C1", "U4", "/guide", text)
    assert any("Sources:" in plain(e) for e in slack.wait_for_ephemerals("U4", 2))
    message = next(m for m in slack.messages("C1") if m["ts"] == mention.ts)
    slack.shortcut("C1", message, "U6", "answer_from_guide")
    slack.edit("C1", mention.ts, f"I lost my secret key, {CANARY}")
    slack.fail_next("chat.postMessage", "invalid_blocks")
    slack.wait_for_ack(slack.direct_message("U6", f"{CANARY} <!channel>"))
    slack.wait_for_messages(slack.dm_channel("U6"), 1)
    assert "DEBUG" in bot.log or "INFO" in bot.log
    assert [word for word in (CANARY, KEY_ID, SECRET) if word in bot.log] == []
