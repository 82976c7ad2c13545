"""When a question that went to a human was resolved, and by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; of what went to a human before, it is not known."""
    with op.batch_alter_table("escalations") as escalations:
        escalations.add_column(sa.Column("resolved_at", sa.Float))
        escalations.add_column(sa.Column("resolved_by", sa.String(64)))
