"""Escalated questions: where they were posted, who took them on, which are resolved."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.memory.store import Store
from bot.memory.tables import EscalationRow, QuestionRow
from bot.question import Place


@dataclass(frozen=True, kw_only=True)
class Escalation(Place):
    """An escalated question: its place, who asked it, and where it was posted."""

    user: str
    to_channel: str
    to_ts: str | None
    resolved: bool = False


class Escalations:
    """The escalated questions. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._engine: Engine = store.engine

    def open(self, place: Place, user: str, to_channel: str) -> bool:
        """Record that a question is escalated; False if it already is.

        A resolved question can be escalated again.
        """
        try:
            with Session(self._engine) as session, session.begin():
                before = session.get(EscalationRow, (place.channel, place.ts))
                if before is not None and before.resolved_at is None:
                    return False
                if before is not None:
                    session.delete(before)
                    session.flush()
                session.add(
                    EscalationRow(
                        channel=place.channel,
                        ts=place.ts,
                        user=user,
                        to_channel=to_channel,
                        asked_at=time.time(),
                    )
                )
        except IntegrityError:
            return False
        return True

    def set_posted(self, place: Place, to_ts: str | None) -> None:
        """Record where a question was posted; None if that failed, so that it can be retried."""
        with Session(self._engine) as session, session.begin():
            row = session.get(EscalationRow, (place.channel, place.ts))
            if row and to_ts is None:
                session.delete(row)
            elif row:
                row.to_ts = to_ts

    def of_question(self, place: Place) -> Escalation | None:
        """Return a question's escalation, if it has one."""
        with Session(self._engine) as session:
            return _escalation(session, session.get(EscalationRow, (place.channel, place.ts)))

    def at_message(self, to_channel: str, to_ts: str) -> Escalation | None:
        """Return the escalation that was posted as a message, if it is one."""
        chosen = select(EscalationRow).where(
            EscalationRow.to_channel == to_channel, EscalationRow.to_ts == to_ts
        )
        with Session(self._engine) as session:
            return _escalation(session, session.scalars(chosen).first())

    def claim(self, escalation: Escalation, by: str) -> bool:
        """Record that a human takes a question on; False if someone did before."""
        with Session(self._engine) as session, session.begin():
            row = session.get(EscalationRow, (escalation.channel, escalation.ts))
            if row is None or row.answered_at is not None:
                return False
            row.answered_at, row.answered_by = time.time(), by
            return True

    def resolve(self, escalation: Escalation, by: str) -> bool:
        """Record that a question is resolved; False if it was before."""
        with Session(self._engine) as session, session.begin():
            row = session.get(EscalationRow, (escalation.channel, escalation.ts))
            if row is None or row.resolved_at is not None:
                return False
            row.resolved_at, row.resolved_by = time.time(), by
            return True


def _escalation(session: Session, row: EscalationRow | None) -> Escalation | None:
    if row is None:
        return None
    question = session.get(QuestionRow, (row.channel, row.ts))
    return Escalation(
        channel=row.channel,
        ts=row.ts,
        thread_ts=question.thread_ts if question else None,
        user=row.user,
        to_channel=row.to_channel,
        to_ts=row.to_ts,
        resolved=row.resolved_at is not None,
    )
