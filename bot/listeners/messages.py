"""Direct messages, and replies in threads that the bot is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse
from slack_sdk import WebClient

from bot.answering import Answerer
from bot.question import Question, direct_message, thread_reply
from bot.store import Store


def register(app: App, answerer: Answerer, store: Store) -> None:
    """Listen to `message`."""

    def wanted(event: dict[str, Any]) -> Question | None:
        question = direct_message(event)
        if question is not None:
            return question
        question = thread_reply(event)
        if question is None or question.thread_ts is None:
            return None
        return question if store.is_in_thread(question.channel, question.thread_ts) else None

    def take(
        event: dict[str, Any], context: BoltContext, next: Callable[[], None]
    ) -> BoltResponse | None:
        # Before Slack is told that the event arrived, so that a crash cannot lose it.
        question = wanted(event)
        if question is None or not answerer.take(question):
            return BoltResponse(status=200)
        context["question"] = question
        next()
        return None

    def handle_message(context: BoltContext, client: WebClient) -> None:
        answerer.answer(context["question"], client)

    app.event("message", middleware=[take])(handle_message)
