"""What it takes to answer a question later: whose workspace, and which replica has it in hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add both to the questions."""
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("team", sa.String(64)))
        questions.add_column(sa.Column("held_at", sa.Float))
