"""What the bot knows of the people who ask: their language."""

from __future__ import annotations

import logging
import threading

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.posting import CONNECTION_ERRORS

_MOST_KEPT = 5000

logger = logging.getLogger(__name__)


class Locales:
    """People's languages as they set them in Slack, asked for once each."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}
        self._lock = threading.Lock()

    def language(self, client: WebClient, user: str) -> str | None:
        """Return a person's language (ISO 639-1), or None where Slack does not say."""
        with self._lock:
            if user in self._known:
                return self._known[user]
        try:
            person = client.users_info(user=user, include_locale=True).get("user") or {}
        except (SlackApiError, *CONNECTION_ERRORS) as error:
            # Never worth losing a question for.
            logger.warning("The language of a person is not known: %s", error)
            return None
        locale = str(person.get("locale") or "")
        language = locale.split("-")[0].lower() or None
        with self._lock:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[user] = language
        return language
