"""What the checks in bot.doctor.checks share, each thing created once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.settings import BotSettings
from bot.slack.clients import POST_SECONDS
from bot.slack.errors import CONNECTION_ERRORS, error_code
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import NoSnapshotError
from kb.settings import load_settings
from kb.snapshot.format import Snapshot
from kb.snapshot.live import open_live

APP_PAGE = "On https://api.slack.com/apps choose your app"
LOOK_AT_TOKEN = f"{APP_PAGE}, and copy the token into .env again."
LOOK_AT_NETWORK = "Check the network, the proxy (HTTPS_PROXY) and SLACK_API_URL."
_CODE = re.compile(r"[a-z0-9_]+")
_LATER = "Wait a minute, and try again."
_INSTALL = f"{APP_PAGE}, then Install App."
_SLACK_ADVICE = {
    "ratelimited": _LATER,
    "internal_error": _LATER,
    "service_unavailable": _LATER,
    "account_inactive": _INSTALL,
    "token_revoked": _INSTALL,
    "invalid_auth": LOOK_AT_TOKEN,
}


class CheckFailed(Exception):
    """Raised by a check that fails, with what it saw and what to do about it."""

    def __init__(self, seen: str, advice: str) -> None:
        super().__init__(seen)
        self.seen = seen
        self.advice = advice


class DoctorContext:
    """What the checks share, created lazily and once."""

    @cached_property
    def settings(self) -> BotSettings:
        """The settings; raises SettingsError."""
        return load_settings(BotSettings)

    @cached_property
    def client(self) -> WebClient:
        """The bot's client."""
        return self.client_with(self.settings.slack_bot_token.get_secret_value())

    @cached_property
    def identity(self) -> SlackResponse:
        """The response of auth.test for the bot."""
        return self.client.auth_test()

    @cached_property
    def snapshot(self) -> Snapshot | None:
        """The live snapshot; None if there is none. Raises SnapshotError."""
        try:
            return open_live(self.settings.home.snapshots)
        except NoSnapshotError:
            return None

    @cached_property
    def embeddings(self) -> SentenceTransformerEmbeddings:
        """The embedding model, not loaded yet."""
        return SentenceTransformerEmbeddings(
            self.settings.embedding_model, self.settings.home.models
        )

    def client_with(self, token: str) -> WebClient:
        """Return a client for a token."""
        url = self.settings.slack_api_url
        return WebClient(token=token, base_url=url, timeout=POST_SECONDS)

    @contextmanager
    def asking_slack(self, advice: str = LOOK_AT_TOKEN) -> Iterator[None]:
        """Fail the check if Slack refuses a call or cannot be reached."""
        try:
            yield
        except SlackApiError as error:
            code = error_code(error)
            if not _CODE.fullmatch(code):
                raise CheckFailed(
                    f"{self.settings.slack_api_url} does not respond like Slack", LOOK_AT_NETWORK
                ) from error
            raise CheckFailed(f"Slack says {code}", _SLACK_ADVICE.get(code, advice)) from error
        except CONNECTION_ERRORS as error:
            raise CheckFailed(
                f"{self.settings.slack_api_url} cannot be reached: "
                f"{getattr(error, 'reason', error)}",
                LOOK_AT_NETWORK,
            ) from error
