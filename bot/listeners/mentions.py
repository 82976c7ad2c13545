"""Mentions of the bot in channels, answered in the message's thread."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from bot.listeners.parts import Parts
from bot.listeners.questions import answering, taking
from bot.question import Question, mention


def register(app: App, parts: Parts) -> None:
    """Listen to `app_mention`."""

    def wanted(event: dict[str, Any], me: str) -> Question | None:
        return mention(event)

    app.event("app_mention", middleware=[taking(parts.answerer, wanted)])(answering(parts.answerer))
