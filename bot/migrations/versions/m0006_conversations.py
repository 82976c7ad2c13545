"""The message of each answer, and the threads in which the bot stays silent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; they stay empty for earlier answers."""
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("answer_ts", sa.String(64)))
    with op.batch_alter_table("threads") as threads:
        threads.add_column(sa.Column("quiet", sa.Boolean))
