"""The first step of every listener for questions: claim the question, durably."""

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
"""Returns the question in an event, if it has one for the bot; takes the bot's user id, too."""


def claiming(
    answerer: Answerer, wanted: Wanted
) -> Callable[[dict[str, Any], BoltContext, Callable[[], None]], BoltResponse | None]:
    """Return the middleware that passes on only new questions for the bot."""

    def claim(
        body: dict[str, Any], context: BoltContext, next: Callable[[], None]
    ) -> BoltResponse | None:
        # Before the event is acknowledged, so that a crash cannot lose it.
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
    """Return the listener that enqueues the claimed question."""

    def answer(context: BoltContext, client: WebClient) -> None:
        answerer.enqueue(context["question"], client)

    return answer
