"""What the bot has to remember when it is restarted. It keeps no message's text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Float, String, create_engine, delete, event, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bot.question import Place, Question
from kb.errors import GuidebotError

_KEPT_SECONDS = 30 * 24 * 3600.0


class _Base(DeclarativeBase):
    pass


class _Taken(_Base):
    """A question that was taken on. `done_at` is when it was answered, or apologised for."""

    __tablename__ = "questions"

    channel: Mapped[str] = mapped_column(String, primary_key=True)
    ts: Mapped[str] = mapped_column(String, primary_key=True)
    user: Mapped[str] = mapped_column(String)
    thread_ts: Mapped[str | None] = mapped_column(String, nullable=True)
    taken_at: Mapped[float] = mapped_column(Float)
    done_at: Mapped[float | None] = mapped_column(Float, nullable=True)


class _Thread(_Base):
    """A thread that the bot has taken on a question in."""

    __tablename__ = "threads"

    channel: Mapped[str] = mapped_column(String, primary_key=True)
    thread_ts: Mapped[str] = mapped_column(String, primary_key=True)
    joined_at: Mapped[float] = mapped_column(Float)


@dataclass(frozen=True, kw_only=True)
class Unanswered(Place):
    """A question that was taken on and not answered: all that is known of it."""

    user: str
    taken_at: float


class Store:
    """A SQLite file. Threads may share it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _configure)
        try:
            _Base.metadata.create_all(self._engine)
            self._forget_old(self._engine)
        except DatabaseError as error:
            raise GuidebotError(
                f"{path}: the bot's memory cannot be used: {error.orig}. If the file is damaged, "
                "move it away; the bot then only forgets which questions it has answered."
            ) from error

    def take(self, question: Question) -> bool:
        """Take a question on, and join its thread; False if that was done before.

        Slack delivers an event again when it is not sure that it arrived, and sends two
        events for a mention; both name the same message.
        """
        row = {
            "channel": question.channel,
            "ts": question.ts,
            "user": question.user,
            "thread_ts": question.thread_ts,
            "taken_at": time.time(),
        }
        with Session(self._engine) as session, session.begin():
            result = session.execute(insert(_Taken).values(row).on_conflict_do_nothing())
            if question.thread_ts:
                thread = {
                    "channel": question.channel,
                    "thread_ts": question.thread_ts,
                    "joined_at": time.time(),
                }
                session.execute(insert(_Thread).values(thread).on_conflict_do_nothing())
            return bool(getattr(result, "rowcount", 0))

    def finish(self, channel: str, ts: str) -> None:
        """Note that a question was answered, or apologised for."""
        with Session(self._engine) as session, session.begin():
            session.execute(
                update(_Taken)
                .where(_Taken.channel == channel, _Taken.ts == ts)
                .values(done_at=time.time())
            )

    def unanswered(self) -> Sequence[Unanswered]:
        """Return the questions that were taken on and not finished, oldest first."""
        with Session(self._engine) as session:
            rows = session.scalars(
                select(_Taken).where(_Taken.done_at.is_(None)).order_by(_Taken.taken_at)
            )
            return [
                Unanswered(
                    channel=row.channel,
                    ts=row.ts,
                    thread_ts=row.thread_ts,
                    user=row.user,
                    taken_at=row.taken_at,
                )
                for row in rows
            ]

    def is_in_thread(self, channel: str, thread_ts: str) -> bool:
        """Whether the bot has taken on a question in a thread."""
        with Session(self._engine) as session:
            return session.get(_Thread, (channel, thread_ts)) is not None

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def _forget_old(self, engine: Engine) -> None:
        oldest = time.time() - _KEPT_SECONDS
        with Session(engine) as session, session.begin():
            session.execute(delete(_Taken).where(_Taken.taken_at < oldest))


def _configure(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    # What was taken on must outlive a crash of the machine, too.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
