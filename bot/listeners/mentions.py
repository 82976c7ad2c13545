"""Mentions of the bot in channels, answered in the message's thread."""

from __future__ import annotations

from slack_bolt import App

from bot.answering.answerer import Answerer
from bot.listeners.questions import answering, taking
from bot.question import mention


def register(app: App, answerer: Answerer) -> None:
    """Listen to `app_mention`."""
    app.event("app_mention", middleware=[taking(answerer, mention)])(answering(answerer))
