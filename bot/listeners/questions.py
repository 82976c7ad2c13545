"""What every listener to questions does first: take the question on, on disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from slack_bolt import BoltContext, BoltResponse
from slack_sdk import WebClient

from bot.actor import home_of
from bot.answering.answerer import Answerer
from bot.question import Question

Wanted = Callable[[dict[str, Any], str], Question | None]
"""Returns the question in an event, if there is one for the bot, whose own id it is given."""


def claiming(
    answerer: Answerer, wanted: Wanted
) -> Callable[[dict[str, Any], BoltContext, Callable[[], None]], BoltResponse | None]:
    """Return the middleware that lets a listener have only what is new and wanted."""

    def claim(
        body: dict[str, Any], context: BoltContext, next: Callable[[], None]
    ) -> BoltResponse | None:
        # Before Slack is told that the event arrived, so that a crash cannot lose it.
        question = wanted(body["event"], context.bot_user_id or "")
        if question is None:
            return BoltResponse(status=200)
        question = dataclasses.replace(question, team=context.team_id, home=home_of(body, context))
        if not answerer.claim(question):
            return BoltResponse(status=200)
        context["question"] = question
        next()
        return None

    return claim


def answering(answerer: Answerer) -> Callable[[BoltContext, WebClient], None]:
    """Return the listener that has answered what was taken on."""

    def answer(context: BoltContext, client: WebClient) -> None:
        answerer.enqueue(context["question"], client)

    return answer
