"""Reactions in the humans' channel: whoever reacts takes the question on, or resolves it."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.listeners.services import Services


def register(app: App, services: Services) -> None:
    """Register `reaction_added`."""

    def handle_reaction(event: dict[str, Any], client: WebClient) -> None:
        item = event.get("item") or {}
        if item.get("type") == "message":
            services.humans.on_reaction(
                client,
                str(item["channel"]),
                str(item["ts"]),
                str(event["user"]),
                str(event.get("reaction")),
            )

    app.event("reaction_added")(handle_reaction)
