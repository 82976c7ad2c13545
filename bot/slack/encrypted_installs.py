"""The workspaces' tokens, encrypted at rest."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from sqlalchemy import Engine, Table, select, update

from kb.errors import SettingsError

# Distinguishes encrypted tokens from those stored before there was a key.
_PREFIX = "fernet:"
_TOKEN_FIELDS = (
    "bot_token",
    "bot_refresh_token",
    "user_token",
    "user_refresh_token",
    "incoming_webhook_url",
)

T = TypeVar("T", Bot, Installation)


class EncryptedInstallationStore(SQLAlchemyInstallationStore):
    """slack_sdk's store, with tokens encrypted by Fernet (https://cryptography.io/en/latest/fernet/).

    `keys` are Fernet keys: the first encrypts, any of them decrypts. Raises SettingsError if one
    is invalid, or if none of them decrypts what the database holds.
    """

    def __init__(self, client_id: str, engine: Engine, keys: list[str], logger: logging.Logger):
        super().__init__(client_id, engine, logger=logger)
        self._fernet = fernet_of(keys)
        self._encrypt_plain_tokens()

    def save(self, installation: Installation) -> None:
        """Store an installation."""
        super().save(self._with_tokens(installation, self._encrypted))

    def save_bot(self, bot: Bot) -> None:
        """Store a bot's token."""
        super().save_bot(self._with_tokens(bot, self._encrypted))

    def find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """Return a workspace's bot, if it is installed there."""
        found = super().find_bot(
            enterprise_id=enterprise_id,
            team_id=team_id,
            is_enterprise_install=is_enterprise_install,
        )
        return self._with_tokens(found, self._decrypted) if found else None

    def find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Return a workspace's installation, or that of a person in it, if there is one."""
        found = super().find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            is_enterprise_install=is_enterprise_install,
        )
        return self._with_tokens(found, self._decrypted) if found else None

    def _with_tokens(self, value: T, change: Callable[[str], str]) -> T:
        changed = copy.copy(value)
        for name in _TOKEN_FIELDS:
            token = getattr(changed, name, None)
            if token:
                setattr(changed, name, change(token))
        return changed

    def _encrypted(self, token: str) -> str:
        # The store saves a bot as part of its installation, which is already encrypted.
        if token.startswith(_PREFIX):
            return token
        return _PREFIX + self._fernet.encrypt(token.encode()).decode()

    def _decrypted(self, token: str) -> str:
        if not token.startswith(_PREFIX):
            return token
        return self._fernet.decrypt(token.removeprefix(_PREFIX)).decode()

    def _encrypt_plain_tokens(self) -> None:
        """Encrypt tokens stored before there was a key, and check the keys against the rest."""
        try:
            for table in (self.installations, self.bots):
                self._encrypt_rows(table)
        except InvalidToken as error:
            raise SettingsError(
                "SLACK_TOKENS_KEY cannot decrypt the workspaces' tokens in the database. Set the "
                "key they were encrypted with; put a new key in front of it, with a comma between."
            ) from error

    def _encrypt_rows(self, table: Table) -> None:
        names = [name for name in _TOKEN_FIELDS if name in table.c]
        with self.engine.begin() as connection:
            for row in connection.execute(select(table)).mappings().all():
                plain = {name: row[name] for name in names if row[name]}
                for token in plain.values():
                    self._decrypted(token)
                values = {name: self._encrypted(token) for name, token in plain.items()}
                if values != plain:
                    connection.execute(update(table).where(table.c.id == row["id"]).values(values))


def fernet_of(keys: list[str]) -> MultiFernet:
    """Return a cipher that encrypts with the first key and decrypts with any.

    Raises SettingsError if there is no key, or one is not a valid Fernet key.
    """
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise SettingsError(
            "SLACK_TOKENS_KEY is not a key (32 bytes in URL-safe base64). Generate one: python -c "
            "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        ) from error
