"""Installation in several workspaces by OAuth, kept in the bot's database."""

from __future__ import annotations

import logging
from collections.abc import Callable

from slack_bolt.authorization.authorize import InstallationStoreAuthorize
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy.engine import Engine

from bot.limits import OAUTH_CODE_SECONDS
from bot.settings import BotSettings
from bot.slack.encrypted_installs import EncryptedInstallationStore
from bot.slack.scopes import BOT_SCOPES

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"


def oauth_settings(settings: BotSettings, engine: Engine) -> OAuthSettings:
    """Return Bolt's OAuth settings: how workspaces install the bot, and where tokens are stored."""
    logger = logging.getLogger("slack_sdk.oauth")
    found = OAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        scopes=list(BOT_SCOPES),
        installation_store=installation_store(settings, engine),
        state_store=SQLAlchemyOAuthStateStore(OAUTH_CODE_SECONDS, engine, logger=logger),
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        logger=logger,
    )
    # Otherwise Bolt calls auth.test for each event, and drops the event if that fails.
    assert isinstance(found.authorize, InstallationStoreAuthorize)
    found.authorize.cache_enabled = True
    return found


def installation_store(settings: BotSettings, engine: Engine) -> SQLAlchemyInstallationStore:
    """Return the store of the workspaces' tokens.

    Raises SettingsError if SLACK_TOKENS_KEY cannot decrypt them.
    """
    return EncryptedInstallationStore(
        settings.slack_client_id,
        engine,
        settings.tokens_keys,
        logger=logging.getLogger("slack_sdk.oauth"),
    )


def client_factory(
    store: SQLAlchemyInstallationStore, template: WebClient
) -> Callable[[str | None], WebClient | None]:
    """Return a function from a workspace id to its client, or None if the bot is not installed.

    The clients are copies of `template` with another token.
    """

    def client(team: str | None) -> WebClient | None:
        bot = store.find_bot(enterprise_id=None, team_id=team)
        if bot is None:
            return None
        return WebClient(
            token=bot.bot_token, base_url=template.base_url, retry_handlers=template.retry_handlers
        )

    return client
