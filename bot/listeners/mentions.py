"""Mentions of the bot in channels, answered in the message's thread."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from bot.listeners.questions import answering, claiming
from bot.listeners.services import Services
from bot.question import Question, mention


def register(app: App, services: Services) -> None:
    """Register `app_mention`."""

    def wanted(event: dict[str, Any], me: str) -> Question | None:
        return mention(event)

    app.event("app_mention", middleware=[claiming(services.answerer, wanted)])(
        answering(services.answerer)
    )
