"""Questions edited after they were answered; their answers are updated in place."""

from __future__ import annotations

from typing import Any

from slack_bolt import App, BoltContext
from slack_sdk import WebClient

from bot.actor import actor_of
from bot.listeners.services import Services
from bot.question import Place, text_of


def register(app: App, services: Services) -> None:
    """Register the listener for edited messages."""

    def is_edit(event: dict[str, Any]) -> bool:
        now, before = event.get("message") or {}, event.get("previous_message") or {}
        # Slack sends the same event for link previews and new thread replies.
        return (
            event.get("subtype") == "message_changed"
            and bool(now.get("edited"))
            and not now.get("bot_id")
            and now.get("text") != before.get("text")
        )

    def handle_edit(body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
        actor, event = actor_of(body, context), body["event"]
        if actor is None:
            return
        message = event["message"]
        place = Place(channel=event["channel"], ts=str(message["ts"]))
        services.answerer.enqueue_edited(place, actor, text_of(message), client)

    app.event("message", matchers=[is_edit])(handle_edit)
