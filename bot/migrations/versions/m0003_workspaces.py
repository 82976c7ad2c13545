"""The workspace and lease of each question, and installations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns, and the tables of slack_sdk's stores."""
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("team", sa.String(64)))
        questions.add_column(sa.Column("held_until", sa.Float))
    metadata = sa.MetaData()
    installs, states = SQLAlchemyInstallationStore, SQLAlchemyOAuthStateStore
    installs.build_installations_table(metadata, installs.default_installations_table_name)
    installs.build_bots_table(metadata, installs.default_bots_table_name)
    states.build_oauth_states_table(metadata, states.default_table_name)
    metadata.create_all(op.get_bind())
