"""Whether Slack still accepts the bot's token."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.clients import with_timeout
from bot.slack.errors import CONNECTION_ERRORS, error_code, refuses_token

# Below the interval between refreshes (bot.app).
_TIMEOUT_SECONDS = 5


class TokenCheck:
    """A readiness check (bot.operations.http) that reports the state at the last refresh."""

    def __init__(self, client: WebClient) -> None:
        self._client = with_timeout(client, _TIMEOUT_SECONDS)
        self._wrong: str | None = None

    def refresh(self) -> None:
        """Call auth.test."""
        try:
            self._client.auth_test()
        except SlackApiError as error:
            # Any other failure says nothing about the token.
            if refuses_token(error):
                self._wrong = f"Slack refuses the token: {error_code(error)}"
        except CONNECTION_ERRORS:
            self._wrong = "Slack cannot be reached"
        else:
            self._wrong = None

    def __call__(self) -> str | None:
        """Return what is wrong, if anything."""
        return self._wrong
