"""Lets Alembic work on the connection that bot.memory.store gives it."""

from __future__ import annotations

from alembic import context


def _migrate() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=None,
        # SQLite can alter a table only by writing it anew.
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_migrate()
