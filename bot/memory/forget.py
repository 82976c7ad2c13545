"""Deletes what the bot has stored: all that is old, or all about one person."""

from __future__ import annotations

import logging
import time

from sqlalchemy import Engine, delete, or_, update
from sqlalchemy.orm import Session

from bot.memory.store import Store
from bot.memory.tables import (
    EscalationRow,
    FeedbackRow,
    LessonRow,
    QuestionRow,
    RulingRow,
    ThreadRow,
)

_DAY = 24 * 3600.0

logger = logging.getLogger(__name__)


def forget_older_than(store: Store, days: float) -> None:
    """Delete everything older than a number of days."""
    oldest = time.time() - days * _DAY
    with Session(store.engine) as session, session.begin():
        session.execute(delete(QuestionRow).where(QuestionRow.claimed_at < oldest))
        session.execute(delete(ThreadRow).where(ThreadRow.joined_at < oldest))
        session.execute(delete(FeedbackRow).where(FeedbackRow.given_at < oldest))
        session.execute(delete(EscalationRow).where(EscalationRow.asked_at < oldest))
        session.execute(delete(LessonRow).where(LessonRow.asked_at < oldest))
        # A ruling contains no one's words, and applies to later lessons, too.
        session.execute(update(RulingRow).where(RulingRow.given_at < oldest).values(user=""))
    _empty_log(store.engine)


def forget_person(store: Store, user: str) -> int:
    """Delete everything about a person; return the number of entries deleted."""
    with Session(store.engine) as session, session.begin():
        deleted = [
            session.execute(delete(table).where(table.user == user))
            for table in (QuestionRow, FeedbackRow)
        ]
        deleted.append(
            session.execute(
                delete(EscalationRow).where(
                    or_(
                        EscalationRow.user == user,
                        EscalationRow.answered_by == user,
                        EscalationRow.resolved_by == user,
                    )
                )
            )
        )
        mine = or_(LessonRow.user == user, LessonRow.asker == user)
        deleted.append(session.execute(delete(LessonRow).where(mine)))
        # The ruling stays, without its author.
        session.execute(update(RulingRow).where(RulingRow.user == user).values(user=""))
    _empty_log(store.engine)
    return sum(int(getattr(result, "rowcount", 0)) for result in deleted)


def _empty_log(engine: Engine) -> None:
    """Truncate SQLite's write-ahead log, which may still contain deleted rows.

    https://www.sqlite.org/pragma.html#pragma_wal_checkpoint. Waits for other readers up to
    the lock timeout; if they keep it busy, the next call truncates it.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if busy:
        name = engine.url.render_as_string(hide_password=True)
        logger.warning("%s: the write-ahead log could not be truncated yet.", name)
