"""Answers that a language model writes, from the model's server to Slack, in the real process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.paths import Home
from testing.openai_server import ChatServer, Request
from testing.openai_server.models import good
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import Bot, start_one

HEADING = "I lost my access key or secret key"
INVENTED = "Open the Recovery Wizard and choose **Show secret again**."
Running = tuple[SlackServer, ChatServer, Bot]


@pytest.fixture(scope="module")
def running_with_a_model(
    tmp_path_factory: pytest.TempPathFactory, sample_home: Home
) -> Iterator[Running]:
    """A bot with a model that takes a moment for each piece of what it writes."""
    folder: Path = tmp_path_factory.mktemp("written")
    with ChatServer(good, delay=0.1) as model:
        settings = {"CHAT_MODEL": "openai:scripted", "CHAT_BASE_URL": model.url}
        with start_one(folder, sample_home, settings) as (slack, bot):
            yield slack, model, bot


def with_an_invention(request: Request) -> dict[str, Any]:
    """Be good, but for the second step, which is in no guide."""
    steps = good(request)["steps"]
    if not request.again:
        steps[1]["text"] = INVENTED
        return {"steps": steps, "done": True}
    return {"steps": [{**steps[1], "text": INVENTED}], "done": True}


def whole_answer(slack: SlackServer, channel: str, thread_ts: str | None = None) -> str:
    def found() -> str | None:
        for message in slack.bot_messages(channel, thread_ts):
            if message.get("metadata", {}).get("event_payload", {}).get("last"):
                return plain(message)
        return None

    return slack.wait_until(found, 60, "a whole answer")


def test_verified_steps_appear_as_they_are_written(running_with_a_model: Running) -> None:
    slack, model, bot = running_with_a_model
    model.script = with_an_invention
    sent = slack.mention("C1", "U2", "I lost my secret key")
    slack.wait_until(lambda: slack.calls("chat.appendStream"), 30, "steps that are streamed")
    text = whole_answer(slack, "C1", sent.ts)
    assert HEADING in text and "List your keys" in text and "Recovery Wizard" not in text
    assert "Written by a language model" in text and "steps 2 are left out" in text
    assert len(model.requests) == 2 and model.requests[1].again
    streamed = str([call.params for call in slack.calls("chat.appendStream")])
    assert "Switch the lost key off" in streamed and "Recovery Wizard" not in streamed
    assert "Recovery" not in bot.log and "Traceback" not in bot.log


def test_a_direct_message_grows_and_a_model_that_fails_changes_nothing(
    running_with_a_model: Running,
) -> None:
    slack, model, _ = running_with_a_model
    model.script = good
    direct = slack.direct_message("U4", "I lost my access key")
    assert "Written by a language model" in whole_answer(slack, direct.channel)
    model.script = lambda request: 500
    failed = slack.direct_message("U6", "my policy change does not show up")
    text = whole_answer(slack, failed.channel)
    assert "My change does not show up" in text and "own wording" in text
