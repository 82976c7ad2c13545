"""`/guide QUESTION`, whose answer only the asker sees, and "Answer from the guide" on a message.

The docs team's `/guide ingest` is in bot.listeners.ingest.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.answering.access import Access
from bot.answering.answerer import Answerer, answer_chosen, example_of
from bot.answering.people import People
from bot.answering.secret_warning import secret_warning
from bot.listeners.ingest import Desk
from bot.memory.store import Store
from bot.question import COMMAND_TS, Place, Question, Surface, audience_of, plain_text
from bot.slack.errors import NOT_THERE, error_code
from bot.slack.posting import answer_call, post
from bot.views.answer import Message, asked_by, plain, render, render_privately
from bot.views.buttons import SHARE, pointer, pressed
from bot.words.catalogue import words
from kb.knowledge_base import KnowledgeBase

COMMAND = "/guide"
SHORTCUT = "answer_from_guide"
_INGEST = "ingest"

logger = logging.getLogger(__name__)


def register(
    app: App,
    answerer: Answerer,
    knowledge_base: KnowledgeBase,
    store: Store,
    people: People,
    access: Access,
    desk: Desk,
) -> None:
    """Listen to the slash command, its button, and the message shortcut."""

    def guide(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        ack()
        answerer.work.submit(_guide, body, client, respond)

    def _guide(body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        user, channel = body["user_id"], body["channel_id"]
        language = people.person(client, user).language
        said = words(language)
        text = plain_text(str(body.get("text") or ""))
        if text.lower() == _INGEST:
            may = desk.may(client, user)
            answer_call(respond, plain(said.ingest_tell if may else said.only_docs_team))
            if may:
                desk.begin(client, user)
            return
        if not text:
            example = example_of(knowledge_base, language, audience_of(channel, user))
            usage = said.usage.format(command=body["command"], example=example)
            answer_call(respond, plain(usage))
            return
        question = Question(
            channel=channel,
            # No message stands for it, so it is known by what Slack calls this call.
            ts=f"{COMMAND_TS}{body.get('trigger_id') or secrets.token_hex(8)}",
            user=user,
            text=text,
            surface=Surface.COMMAND,
            team=body.get("team_id"),
        )
        for message in _answer(question, client, language):
            answer_call(respond, message)

    def _answer(question: Question, client: WebClient, language: str | None) -> list[Message]:
        said = words(language)
        refused = access.refuse(client, question.team, question.channel, question.user)
        if refused:
            return [plain(refused.text(said))]
        messages: list[Message] = []
        if question.text.secrets:
            messages.append(secret_warning(knowledge_base, question, language, may_delete=False))
        try:
            answer = answerer.answer_privately(question, language)
        except Exception as error:
            logger.error("Failure %s while answering a command", question.id, exc_info=error)
            return [*messages, plain(said.apology.format(id=question.id))]
        return [*messages, *render_privately(answer, question, human=answerer.human)]

    def share(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        ack()
        at = pointer(pressed(body).get("value"))
        if at is None:
            return
        channel, user = body["channel"]["id"], body["user"]["id"]
        answer = answer_chosen(knowledge_base, store, at, channel)
        if answer is None:
            answer_call(respond, plain(words(at.language).section_gone))
            return
        messages = [asked_by(user, answer.question), *render(answer)]
        try:
            # It may have been pressed before, and the connection have broken then.
            post(client, Place(channel=channel, ts=at.ts), messages, perhaps_posted=True)
        except SlackApiError as error:
            if error_code(error) not in NOT_THERE:
                raise
            # The command works where the bot is no member; an answer to it may be public there.
            for message in messages:
                answer_call(respond, message, response_type="in_channel")
        respond(delete_original=True)

    def answer_message(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        ack()
        message, channel = body.get("message") or {}, body["channel"]["id"]
        user = body["user"]["id"]
        language = people.person(client, user).language
        text = plain_text(str(message.get("text") or ""))
        ts = str(message.get("ts") or body.get("message_ts"))
        question = Question(
            channel=channel,
            ts=ts,
            # Who asked the bot, not who wrote the message.
            user=user,
            text=text,
            thread_ts=str(message.get("thread_ts") or ts),
            surface=Surface.SHORTCUT,
            team=(body.get("team") or {}).get("id"),
        )
        if question.text and answerer.take(question):
            answerer.answer_soon(question, client)
        else:
            said = words(language)
            example = example_of(knowledge_base, language, question.audience)
            answer_call(respond, plain(said.empty_question.format(example=example)))

    app.command(COMMAND)(guide)
    app.action(SHARE)(share)
    app.shortcut(SHORTCUT)(answer_message)
