"""Listeners for Slack's requests, one module per surface, each with `register(app, services)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.listeners import (
    buttons,
    commands,
    edits,
    home,
    ingest,
    installation,
    mentions,
    messages,
    reactions,
    shortcuts,
)
from bot.listeners.admission import admitting
from bot.listeners.services import Services

__all__ = ["Services", "register"]


def register(app: App, services: Services) -> None:
    """Register every listener."""
    app.use(_acknowledge)
    app.use(admitting(services))
    # Bolt runs only the first listener that matches an event.
    questions = (edits, messages, mentions, commands, shortcuts)
    for module in (*questions, buttons, reactions, home, ingest, installation):
        module.register(app, services)


def _acknowledge(body: dict[str, Any], ack: Ack, next: Callable[[], None]) -> None:
    """Acknowledge commands and interactions at once.

    Otherwise the acknowledgement would wait for a free listener thread. Events are acknowledged
    once they are on disk.
    """
    if body.get("type") not in ("event_callback", "url_verification"):
        ack()
    next()
