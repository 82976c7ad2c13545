"""The shortcut "Answer from the guide" on anybody's message, wherever it is."""

from __future__ import annotations

from typing import Any

from slack_bolt import App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.answering.answerer import example_of
from bot.answering.private import PrivateAnswers
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
    private = PrivateAnswers(parts.answerer, parts.knowledge_base, parts.store, parts.access)
    answerer = parts.answerer

    def answer_message(body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        answerer.work.submit(_answer_message, asked_of(body), client, respond)

    def _answer_message(question: Question, client: WebClient, respond: Respond) -> None:
        language = parts.people.person(client, question.user).language
        said = words(language)
        if not question.text:
            example = example_of(parts.knowledge_base, language, question.audience)
            answer_call(respond, plain(said.empty_question.format(example=example)))
        elif not _can_read(client, question):
            for message in private.answer(question, client, language):
                answer_call(respond, message)
        elif answerer.take(question) or answerer.take_again(question):
            answerer.answer_soon(question, client)
        else:
            # It was answered before, or is being answered now.
            stands = answerer.conversations.answer_ts(question)
            link = permalink(client, question.channel, stands) if stands else None
            answer_call(respond, answered_before(link, said) if link else plain(said.working))

    app.shortcut(SHORTCUT)(answer_message)


def asked_of(body: dict[str, Any]) -> Question:
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
        team=(body.get("team") or {}).get("id"),
    )


def _can_read(client: WebClient, question: Question) -> bool:
    """Whether the bot is where a message stands; people's own conversations are not for it."""
    try:
        return read_message(client, question) is not None
    except SlackApiError as error:
        if error_code(error) in NOT_THERE | {"missing_scope"}:
            return False
        raise
