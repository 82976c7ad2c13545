"""The decision "clarify" is renamed to "choose"."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Rename the decision in existing questions."""
    questions = sa.table("questions", sa.column("decision", sa.String))
    renamed = questions.update().where(questions.c.decision == "clarify").values(decision="choose")
    op.execute(renamed)
