"""What a language model chooses, from the model's server to Slack, in the real process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.paths import Home
from testing.openai_server import ChatServer, Request
from testing.openai_server.models import good, lying, none, picking
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import Bot, start_one

HEADING = "I lost my access key or secret key"
Running = tuple[SlackServer, ChatServer, Bot]


@pytest.fixture(scope="module")
def running_with_a_model(
    tmp_path_factory: pytest.TempPathFactory, sample_home: Home
) -> Iterator[Running]:
    """A bot with a model that takes a moment for each piece of what it says."""
    folder: Path = tmp_path_factory.mktemp("chosen")
    with ChatServer(good, delay=0.1) as model:
        settings = {
            "CHAT_MODEL": "openai:scripted",
            "CHAT_BASE_URL": model.url,
            "CHAT_DECIDES": "always",
        }
        with start_one(folder, sample_home, settings) as (slack, bot):
            yield slack, model, bot


def whole_answer(slack: SlackServer, channel: str, thread_ts: str | None = None) -> str:
    def found() -> str | None:
        for message in slack.bot_messages(channel, thread_ts):
            if message.get("metadata", {}).get("event_payload", {}).get("last"):
                return plain(message)
        return None

    return slack.wait_until(found, 60, "a whole answer")


def test_what_is_chosen_is_posted_in_the_guides_words(running_with_a_model: Running) -> None:
    slack, model, bot = running_with_a_model
    model.script = picking("Create the new key", "Switch the lost")
    sent = slack.mention("C1", "U2", "I lost my secret key")
    text = whole_answer(slack, "C1", sent.ts)
    assert HEADING in text and "Create the new key" in text and "List your keys" not in text
    assert "Chosen by a language model" in text and "Steps 1, 2 of the guide are left out" in text
    assert "tell the security team" in text
    assert "Traceback" not in bot.log


def test_a_follow_up_that_leads_to_the_same_section_is_told_where_it_stands(
    running_with_a_model: Running,
) -> None:
    slack, model, _ = running_with_a_model

    def script(request: Request) -> object:
        if request.task == "condense":
            return {"question": "I lost my secret key and have two keys"}
        return good(request)

    model.script = script
    sent = slack.mention("C1", "U2", "I lost my secret key")
    whole_answer(slack, "C1", sent.ts)
    slack.message("C1", "U2", "and if I have two?", sent.ts)

    def above() -> str | None:
        texts = [plain(each) for each in slack.bot_messages("C1", sent.ts)]
        return next((text for text in texts if "the section I gave you above" in text), None)

    assert "I lost my access key" in slack.wait_until(above, 60, "the second answer")


def test_models_that_lie_fail_or_find_nothing(running_with_a_model: Running) -> None:
    slack, model, bot = running_with_a_model
    model.script = lying
    lied = slack.direct_message("U4", "I lost my access key")
    text = whole_answer(slack, lied.channel)
    assert HEADING in text and "Recovery Wizard" not in text
    model.script = lambda request: 500
    failed = slack.direct_message("U6", "my policy change does not show up")
    text = whole_answer(slack, failed.channel)
    assert "My change does not show up" in text and "own wording" in text
    model.script = none
    nothing = slack.direct_message("U2", "how do I make an IAM user safely")
    assert "couldn't find an answer" in whole_answer(slack, nothing.channel)
    assert "Recovery" not in bot.log
