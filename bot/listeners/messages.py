"""Direct messages, replies in threads that the bot is in, and channels that it answers unasked."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.answering.answerer import Answerer
from bot.answering.humans import Humans
from bot.answering.learning import Learner
from bot.listeners.questions import answering, taking
from bot.memory.store import Store
from bot.question import Question, channel_message, direct_message, thread_reply


def register(
    app: App,
    answerer: Answerer,
    store: Store,
    humans: Humans,
    learner: Learner,
    unasked: frozenset[str],
) -> None:
    """Listen to `message`. `unasked` are the channels where questions need no mention."""

    def wanted(event: dict[str, Any]) -> Question | None:
        question = direct_message(event)
        if question is not None:
            return question
        question = thread_reply(event)
        if question is not None and question.thread_ts is not None:
            in_thread = store.is_in_thread(question.channel, question.thread_ts)
            return question if in_thread else None
        return channel_message(event) if event.get("channel") in unasked else None

    def is_humans_reply(event: dict[str, Any]) -> bool:
        return humans.is_reply(event)

    def handle_reply(event: dict[str, Any], client: WebClient) -> None:
        channel, posted, user = event["channel"], event["thread_ts"], event["user"]
        humans.answered(client, channel, posted, user)
        learner.handed_over(channel, posted, user, str(event.get("text") or ""))

    # The first listener whose matchers fit has the event to itself.
    app.event("message", matchers=[is_humans_reply])(handle_reply)
    app.event("message", middleware=[taking(answerer, wanted)])(answering(answerer))
