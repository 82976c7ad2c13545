"""Lessons from people, and the docs team's rulings on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables, and record whether a question was joined with the previous one."""
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("joined", sa.Boolean))
    op.create_table(
        "lessons",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("ts", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(64), primary_key=True),
        sa.Column("good", sa.Boolean, primary_key=True),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("asker", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("given_at", sa.Float, nullable=False),
    )
    op.create_table(
        "rulings",
        sa.Column("wording", sa.String(16), primary_key=True),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("given_at", sa.Float, nullable=False),
    )
