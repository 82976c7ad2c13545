"""Mentions of the bot in channels, answered in the message's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse
from slack_sdk import WebClient

from bot.answering import Answerer
from bot.question import mention


def register(app: App, answerer: Answerer) -> None:
    """Listen to `app_mention`."""

    def take(
        event: dict[str, Any], context: BoltContext, next: Callable[[], None]
    ) -> BoltResponse | None:
        # Before Slack is told that the event arrived, so that a crash cannot lose it.
        question = mention(event)
        if question is None or not answerer.take(question):
            return BoltResponse(status=200)
        context["question"] = question
        next()
        return None

    def handle_mention(context: BoltContext, client: WebClient) -> None:
        answerer.answer(context["question"], client)

    app.event("app_mention", middleware=[take])(handle_mention)
