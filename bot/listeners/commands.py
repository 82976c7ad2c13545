"""`/guide QUESTION`, whose answer only the asker sees until they post it to the channel.

The docs team's `/guide ingest` is in bot.listeners.ingest.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from typing import Any

from slack_bolt import App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.answering.answerer import answer_chosen, example_of
from bot.answering.private import PrivateAnswers
from bot.listeners.ingest import Desk
from bot.listeners.parts import Parts
from bot.question import COMMAND_TS, Place, Question, Surface, audience_of, plain_text
from bot.slack.errors import NOT_THERE, SLACK_ERRORS, error_code
from bot.slack.posting import answer_call, post
from bot.views.answer import plain, render_shared
from bot.views.buttons import SHARE, pointer, pressed
from bot.words.catalogue import words

COMMAND = "/guide"
_INGEST = "ingest"

logger = logging.getLogger(__name__)


def register(app: App, parts: Parts) -> None:
    """Listen to the slash command and its button."""
    desk = Desk(parts)
    private = PrivateAnswers(parts.answerer, parts.knowledge_base, parts.store, parts.access)

    def guide(body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        parts.answerer.work.submit(_guide, body, client, respond)

    def _guide(body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        user, channel = body["user_id"], body["channel_id"]
        language = parts.people.person(client, user).language
        said = words(language)
        text = plain_text(str(body.get("text") or ""))
        if text.lower() == _INGEST:
            may = desk.may(client, user)
            answer_call(respond, plain(said.ingest_tell if may else said.only_docs_team))
            if may:
                desk.begin(client, user)
            return
        if not text:
            example = example_of(parts.knowledge_base, language, audience_of(channel, user))
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
        for message in private.answer(question, client, language):
            answer_call(respond, message)

    def share(body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        at = pointer(pressed(body).get("value"))
        if at is None:
            return
        channel, user = body["channel"]["id"], body["user"]["id"]
        answer = answer_chosen(parts.knowledge_base, parts.store, at, channel)
        if answer is None:
            answer_call(respond, plain(words(at.language).section_gone))
            return
        place = Place(channel=channel, ts=at.ts)
        messages = render_shared(answer, place, user, human=parts.answerer.human)
        try:
            # It may have been pressed before, and the connection have broken then.
            post(client, place, messages, perhaps_posted=True)
        except SlackApiError as error:
            if error_code(error) not in NOT_THERE:
                raise
            # The command works where the bot is no member; an answer to it may be public there.
            for message in messages:
                answer_call(respond, message, response_type="in_channel")
        with contextlib.suppress(*SLACK_ERRORS):
            respond(delete_original=True)

    app.command(COMMAND)(guide)
    app.action(SHARE)(share)
