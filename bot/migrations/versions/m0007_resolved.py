"""When an escalated question was resolved, and by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; they stay empty for earlier escalations."""
    with op.batch_alter_table("escalations") as escalations:
        escalations.add_column(sa.Column("resolved_at", sa.Float))
        escalations.add_column(sa.Column("resolved_by", sa.String(64)))
