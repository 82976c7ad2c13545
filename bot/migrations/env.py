"""Runs Alembic on the connection that bot.memory.store passes in."""

from __future__ import annotations

from alembic import context


def _migrate() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=None,
        # SQLite can alter a table only by copying it.
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_migrate()
