"""The access check before all listeners."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from slack_bolt import BoltContext, BoltResponse, Respond
from slack_sdk import WebClient

from bot.actor import actor_of
from bot.answering.access import Refusal
from bot.answering.people import People
from bot.listeners.services import Services
from bot.slack.errors import SLACK_ERRORS
from bot.slack.posting import post_message, respond_to_interaction
from bot.views.home import closed_view
from bot.views.message import plain
from bot.words.catalogue import words

_EDITED = "message_changed"


def admitting(services: Services) -> Callable[..., BoltResponse | None]:
    """Return the middleware that turns away people who may not use the bot, and notifies them.

    Questions in messages pass: bot.answering.replies refuses them, each once.
    """

    def admit(
        body: dict[str, Any],
        context: BoltContext,
        client: WebClient,
        respond: Respond,
        next: Callable[[], None],
    ) -> BoltResponse | None:
        actor = actor_of(body, context)
        if actor is None or _is_question(body):
            next()
            return None
        refused = services.access.admit(client, actor)
        if refused is None:
            next()
            return None
        if refused.notify:
            # The bot may be unable to reach someone from another workspace.
            with contextlib.suppress(*SLACK_ERRORS):
                _tell(body, client, respond, actor.user, refused, services.people)
        return BoltResponse(status=200)

    return admit


def _is_question(body: dict[str, Any]) -> bool:
    event = body.get("event") or {}
    return event.get("type") in ("message", "app_mention") and event.get("subtype") != _EDITED


def _tell(
    body: dict[str, Any],
    client: WebClient,
    respond: Respond,
    user: str,
    refused: Refusal,
    people: People,
) -> None:
    message = plain(refused.text(words(people.person(client, user).language)))
    event = body.get("event") or {}
    if event.get("type") == "app_home_opened":
        client.views_publish(user_id=user, view=closed_view(message))
    elif body.get("response_url"):
        respond_to_interaction(respond, message)
    elif not event:
        post_message(client, user, message)
