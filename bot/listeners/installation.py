"""Workspaces that uninstall the bot."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt import App

from bot.listeners.services import Services

logger = logging.getLogger(__name__)


def register(app: App, services: Services) -> None:
    """Register `app_uninstalled` and `tokens_revoked`.

    If workspaces install the bot by OAuth, their tokens are deleted.
    """
    if services.settings.installs:
        app.enable_token_revocation_listeners()

    def gone(body: dict[str, Any]) -> None:
        logger.error("The bot was uninstalled from workspace %s.", body.get("team_id"))

    # Bolt runs only the first listener that matches; with OAuth, that is its own.
    app.event("app_uninstalled")(gone)
    app.event("tokens_revoked")(gone)
