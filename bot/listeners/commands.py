"""`/guide QUESTION`; only the asker sees the answer until they post it to the channel.

The docs team's `/guide ingest` is in bot.listeners.ingest.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import Any

from slack_bolt import App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.actor import home_of
from bot.listeners.ingest import IngestActions
from bot.listeners.services import Services
from bot.question import COMMAND_TS, Place, Question, Surface, plain_text
from bot.slack.errors import NOT_A_MEMBER, SLACK_ERRORS, error_code
from bot.slack.posting import post_answer, respond_to_interaction
from bot.views.answer import render_shared
from bot.views.buttons import SHARE, parse_target, pressed
from bot.views.message import plain
from bot.words.catalogue import words

COMMAND = "/guide"
_INGEST = "ingest"


def register(app: App, services: Services) -> None:
    """Register the slash command and its button."""
    command = _Command(services)

    def guide(
        body: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        question = asked_by_command(body, context)
        services.answerer.workers.submit(command.answer, question, body["command"], client, respond)

    app.command(COMMAND)(guide)
    app.action(SHARE)(command.share)


class _Command:
    """Handles the command and its button."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ingest = IngestActions(services)

    def answer(self, question: Question, command: str, client: WebClient, respond: Respond) -> None:
        """Answer whoever typed the command."""
        language = self._services.people.person(client, question.user).language
        strings = words(language)
        if question.text.lower() == _INGEST:
            may = self._ingest.is_allowed(client, question.user)
            respond_to_interaction(
                respond, plain(strings.ingest_tell if may else strings.only_docs_team)
            )
            if may:
                self._ingest.start(client, question.user)
        elif not question.text:
            example = self._services.replies.example(language, question.actor.audience)
            respond_to_interaction(
                respond, plain(strings.usage.format(command=command, example=example))
            )
        else:
            for message in self._services.private.answer(question, client):
                respond_to_interaction(respond, message)

    def share(self, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        """Post an ephemeral answer to the channel."""
        target = parse_target(pressed(body).get("value"))
        if target is None:
            return
        channel, user = body["channel"]["id"], body["user"]["id"]
        answer = self._services.replies.chosen(target, channel)
        if answer is None:
            respond_to_interaction(respond, plain(words(target.language).section_gone))
            return
        place = Place(channel=channel, ts=target.ts)
        messages = render_shared(answer, place, user, human=self._services.replies.human)
        try:
            # An earlier press may have been interrupted by a connection error.
            post_answer(client, place, messages, maybe_posted=True)
        except SlackApiError as error:
            if error_code(error) not in NOT_A_MEMBER:
                raise
            # The bot is not a member, but a response to the command can still be public.
            for message in messages:
                respond_to_interaction(respond, message, response_type="in_channel")
        with contextlib.suppress(*SLACK_ERRORS):
            respond(delete_original=True)


def asked_by_command(body: dict[str, Any], context: BoltContext) -> Question:
    """Return the text after the command as a question."""
    return Question(
        channel=body["channel_id"],
        # It has no message, so its trigger id identifies it.
        ts=f"{COMMAND_TS}{body.get('trigger_id') or secrets.token_hex(8)}",
        user=body["user_id"],
        text=plain_text(str(body.get("text") or "")),
        surface=Surface.COMMAND,
        team=context.team_id,
        home=home_of(body, context),
    )
