"""Where an answer stands, and the threads in which the bot keeps quiet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; of what was answered before, it is not known."""
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("answer_ts", sa.String(64)))
    with op.batch_alter_table("threads") as threads:
        threads.add_column(sa.Column("quiet", sa.Boolean))
