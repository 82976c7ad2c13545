"""Claimed questions, and the threads the bot takes part in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create both tables, unless a version older than the migrations did."""
    if sa.inspect(op.get_bind()).has_table("questions"):
        return
    op.create_table(
        "questions",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("ts", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("thread_ts", sa.String(64)),
        sa.Column("taken_at", sa.Float, nullable=False),
        sa.Column("done_at", sa.Float),
    )
    op.create_table(
        "threads",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("thread_ts", sa.String(64), primary_key=True),
        sa.Column("joined_at", sa.Float, nullable=False),
    )
