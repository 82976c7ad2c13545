"""That a workspace takes the bot away."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt import App

from bot.listeners.services import Services

logger = logging.getLogger(__name__)


def register(app: App, services: Services) -> None:
    """Listen to `app_uninstalled` and `tokens_revoked`.

    Where workspaces install the bot by OAuth, it forgets their tokens.
    """
    if services.settings.installs:
        app.enable_token_revocation_listeners()

    def gone(body: dict[str, Any]) -> None:
        logger.error("The bot was taken away from the workspace %s.", body.get("team_id"))

    # The first listener whose matchers fit has the event to itself.
    app.event("app_uninstalled")(gone)
    app.event("tokens_revoked")(gone)
