"""Outcomes of questions, feedback, and escalations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add outcome columns to the questions, and two tables."""
    with op.batch_alter_table("questions") as questions:
        questions.add_column(sa.Column("surface", sa.String(16)))
        questions.add_column(sa.Column("text", sa.Text))
        questions.add_column(sa.Column("language", sa.String(8)))
        questions.add_column(sa.Column("decision", sa.String(16)))
        questions.add_column(sa.Column("confidence", sa.Float))
        questions.add_column(sa.Column("section", sa.Text))
        questions.add_column(sa.Column("snapshot", sa.String(64)))
        questions.create_index("questions_taken_at", ["taken_at"])
    op.create_table(
        "feedback",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("ts", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(64), primary_key=True),
        sa.Column("good", sa.Boolean, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("given_at", sa.Float, nullable=False),
    )
    op.create_table(
        "escalations",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("ts", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("to_channel", sa.String(64), nullable=False),
        sa.Column("to_ts", sa.String(64)),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("answered_at", sa.Float),
        sa.Column("answered_by", sa.String(64)),
    )
    op.create_index("escalations_to", "escalations", ["to_channel", "to_ts"])
