"""What the bot listens to in Slack, one module a surface."""

from __future__ import annotations

from slack_bolt import App

from bot.answering import Answerer
from bot.listeners import mentions, messages
from bot.store import Store


def register(app: App, answerer: Answerer, store: Store) -> None:
    """Register every listener."""
    messages.register(app, answerer, store)
    mentions.register(app, answerer)
