"""The shortcut "Answer from the guide", on anyone's message in any conversation."""

from __future__ import annotations

import dataclasses
from typing import Any

from slack_bolt import App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.actor import home_of
from bot.listeners.services import Services
from bot.question import Question, Surface, text_of
from bot.slack.errors import NOT_A_MEMBER, error_code
from bot.slack.posting import permalink, read_message, respond_to_interaction
from bot.views.message import plain
from bot.views.talk import answered_before
from bot.words.catalogue import words

SHORTCUT = "answer_from_guide"


def register(app: App, services: Services) -> None:
    """Register the message shortcut."""
    shortcut = _Shortcut(services)

    def answer_message(
        body: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        question = asked_of(body, context)
        services.answerer.workers.submit(shortcut.answer, question, client, respond)

    app.shortcut(SHORTCUT)(answer_message)


class _Shortcut:
    """Handles the shortcut."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, question: Question, client: WebClient, respond: Respond) -> None:
        """Answer in the message's thread; privately, if the bot cannot read the conversation."""
        answerer = self._services.answerer
        if not question.text or not _can_read(client, question):
            elsewhere = dataclasses.replace(question, surface=Surface.ELSEWHERE)
            for message in self._services.private.answer(elsewhere, client):
                respond_to_interaction(respond, message)
        elif answerer.claim(question) or answerer.reclaim(question):
            answerer.enqueue(question, client)
        else:
            self._point_to(question, client, respond)

    def _point_to(self, question: Question, client: WebClient, respond: Respond) -> None:
        """Link to the earlier answer, or say that one is on its way."""
        strings = words(self._services.people.person(client, question.user).language)
        answer_ts = self._services.answerer.conversations.answer_ts(question)
        link = permalink(client, question.channel, answer_ts) if answer_ts else None
        respond_to_interaction(
            respond, answered_before(link, strings) if link else plain(strings.working)
        )


def asked_of(body: dict[str, Any], context: BoltContext) -> Question:
    """Return the question in the message that a shortcut was used on.

    Its user is whoever used the shortcut, not the author of the message.
    """
    message = body.get("message") or {}
    ts = str(message.get("ts") or body.get("message_ts"))
    return Question(
        channel=body["channel"]["id"],
        ts=ts,
        user=body["user"]["id"],
        text=text_of(message),
        thread_ts=str(message.get("thread_ts") or ts),
        surface=Surface.SHORTCUT,
        team=context.team_id,
        home=home_of(body, context),
    )


def _can_read(client: WebClient, question: Question) -> bool:
    """Whether the bot is a member of the message's conversation."""
    try:
        return read_message(client, question) is not None
    except SlackApiError as error:
        if error_code(error) in NOT_A_MEMBER | {"missing_scope"}:
            return False
        raise
