"""Tokens of workspaces lie encrypted, whatever key they were encrypted with."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore

from bot.memory.forget import forget_older_than
from bot.memory.store import Store
from bot.settings import BotSettings
from bot.slack.installs import installation_store
from kb.errors import SettingsError

TOKEN, OWN, REFRESH = "xoxb-9-9-abc", "xoxp-9-9-def", "xoxe-1-" + "r" * 180
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def settings(key: str) -> BotSettings:
    return BotSettings.model_validate({"slack_client_id": "1.2", "slack_tokens_key": key})


def install(store: SQLAlchemyInstallationStore) -> None:
    store.save(
        Installation(
            app_id="A1",
            team_id="T1",
            user_id="U1",
            bot_id="B1",
            bot_user_id="UB",
            bot_token=TOKEN,
            bot_refresh_token=REFRESH,
            user_token=OWN,
        )
    )


def found(store: SQLAlchemyInstallationStore) -> tuple[object, ...]:
    bot = store.find_bot(enterprise_id=None, team_id="T1")
    installation = store.find_installation(enterprise_id=None, team_id="T1")
    assert bot and installation
    return (
        bot.bot_token,
        bot.bot_refresh_token,
        installation.bot_token,
        installation.user_token,
    )


def kept(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("bot.sqlite*"))


def test_no_token_lies_open(tmp_path: Path) -> None:
    memory = Store(tmp_path / "bot.sqlite")
    store = installation_store(settings(OLD), memory.engine)
    install(store)
    assert found(store) == (TOKEN, REFRESH, TOKEN, OWN)
    assert not [each for each in (TOKEN, OWN, REFRESH) if each.encode() in kept(tmp_path)]


def test_what_was_kept_before_is_encrypted_at_the_start(tmp_path: Path) -> None:
    memory = Store(tmp_path / "bot.sqlite")
    install(SQLAlchemyInstallationStore("1.2", memory.engine, logger=logging.getLogger()))
    store = installation_store(settings(OLD), memory.engine)
    assert found(store) == (TOKEN, REFRESH, TOKEN, OWN)
    forget_older_than(memory, 90)
    memory.close()
    assert TOKEN.encode() not in kept(tmp_path)


def test_a_key_is_changed_with_the_old_one_beside_it(tmp_path: Path) -> None:
    memory = Store(tmp_path / "bot.sqlite")
    install(installation_store(settings(OLD), memory.engine))
    assert found(installation_store(settings(f"{NEW}, {OLD}"), memory.engine))[0] == TOKEN
    install(installation_store(settings(f"{NEW}, {OLD}"), memory.engine))
    with pytest.raises(SettingsError, match="cannot decrypt"):
        installation_store(settings(OLD), memory.engine)


@pytest.mark.parametrize("key", ["", "short", "x" * 44])
def test_what_is_no_key_is_refused(tmp_path: Path, key: str) -> None:
    memory = Store(tmp_path / "bot.sqlite")
    with pytest.raises(SettingsError, match="is not a key"):
        installation_store(settings(key), memory.engine)


def test_without_a_key_the_bot_does_not_start() -> None:
    with pytest.raises(SettingsError, match="SLACK_TOKENS_KEY is not set"):
        settings("").require_tokens(http=True)
