"""The shortcut "Answer from the guide" on anybody's message, wherever it is."""

from __future__ import annotations

import dataclasses
from typing import Any

from slack_bolt import App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.actor import home_of
from bot.listeners.parts import Parts
from bot.question import Question, Surface, words_of
from bot.slack.errors import NOT_THERE, error_code
from bot.slack.posting import answer_call, permalink, read_message
from bot.views.answer import plain
from bot.views.talk import answered_before
from bot.words.catalogue import words

SHORTCUT = "answer_from_guide"


def register(app: App, parts: Parts) -> None:
    """Listen to the message shortcut."""
    desk = _Shortcut(parts)

    def answer_message(
        body: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        question = asked_of(body, context)
        parts.answerer.work.submit(desk.answer, question, client, respond)

    app.shortcut(SHORTCUT)(answer_message)


class _Shortcut:
    """What is done with the message that it was used on."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def answer(self, question: Question, client: WebClient, respond: Respond) -> None:
        """Answer under the message; to the person alone, where the bot cannot read it."""
        answerer = self._parts.answerer
        if not question.text or not _can_read(client, question):
            elsewhere = dataclasses.replace(question, surface=Surface.ELSEWHERE)
            for message in self._parts.private.answer(elsewhere, client):
                answer_call(respond, message)
        elif answerer.take(question) or answerer.take_again(question):
            answerer.answer_soon(question, client)
        else:
            self._point_to(question, client, respond)

    def _point_to(self, question: Question, client: WebClient, respond: Respond) -> None:
        """Tell where the answer stands that was given before, or that one is on its way."""
        said = words(self._parts.people.person(client, question.user).language)
        stands = self._parts.answerer.conversations.answer_ts(question)
        link = permalink(client, question.channel, stands) if stands else None
        answer_call(respond, answered_before(link, said) if link else plain(said.working))


def asked_of(body: dict[str, Any], context: BoltContext) -> Question:
    """Return the question in the message that a shortcut was used on.

    Its user is who asked the bot, not who wrote the message.
    """
    message = body.get("message") or {}
    ts = str(message.get("ts") or body.get("message_ts"))
    return Question(
        channel=body["channel"]["id"],
        ts=ts,
        user=body["user"]["id"],
        text=words_of(message),
        thread_ts=str(message.get("thread_ts") or ts),
        surface=Surface.SHORTCUT,
        team=context.team_id,
        home=home_of(body, context),
    )


def _can_read(client: WebClient, question: Question) -> bool:
    """Whether the bot is where a message stands; people's own conversations are not for it."""
    try:
        return read_message(client, question) is not None
    except SlackApiError as error:
        if error_code(error) in NOT_THERE | {"missing_scope"}:
            return False
        raise
