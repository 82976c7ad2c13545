"""Room for the workspaces' encrypted tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore

revision = "0008"
down_revision = "0007"

_BOT = ("bot_token", "bot_refresh_token")
_INSTALLATION = (*_BOT, "user_token", "user_refresh_token", "incoming_webhook_url")


def upgrade() -> None:
    """Remove the columns' length limit; slack_sdk gives them 200 characters."""
    installs = SQLAlchemyInstallationStore
    for table, names in (
        (installs.default_bots_table_name, _BOT),
        (installs.default_installations_table_name, _INSTALLATION),
    ):
        with op.batch_alter_table(table) as columns:
            for name in names:
                columns.alter_column(name, type_=sa.Text, existing_type=sa.String(200))
