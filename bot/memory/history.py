"""What people asked and with what outcome, counted for the docs team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, case, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.memory.store import Outcome, Store, row_outcome
from bot.memory.tables import EscalationRow, FeedbackRow, QuestionRow
from bot.question import Place, Surface
from kb.model import Decision


@dataclass(frozen=True, kw_only=True)
class Asked(Outcome):
    """A past question: its place, who asked it and on which surface, and `at` (Unix time).

    `good` and `bad` count the ratings; `escalated` says whether it went to a human.
    """

    place: Place
    user: str
    surface: Surface
    at: float
    good: int
    bad: int
    escalated: bool


class Count(NamedTuple):
    """A section ("guide#anchor") or a question, and how often it came up."""

    name: str
    times: int


class History:
    """Past questions. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._engine: Engine = store.engine

    def asked(self, since: float) -> Sequence[Asked]:
        """Return the questions since a Unix time that have an outcome, oldest first."""
        with Session(self._engine) as session:
            rows = session.scalars(
                select(QuestionRow)
                .where(QuestionRow.claimed_at >= since, QuestionRow.decision.is_not(None))
                .order_by(QuestionRow.claimed_at)
            ).all()
            ratings: dict[tuple[str, str], list[bool]] = {}
            for rating in session.scalars(select(FeedbackRow).where(FeedbackRow.given_at >= since)):
                ratings.setdefault((rating.channel, rating.ts), []).append(rating.good)
            escalated = {
                (row.channel, row.ts)
                for row in session.scalars(
                    select(EscalationRow).where(EscalationRow.asked_at >= since)
                )
            }
            return [
                Asked(
                    **vars(row_outcome(row)),
                    place=Place(channel=row.channel, ts=row.ts, thread_ts=row.thread_ts),
                    user=row.user,
                    surface=Surface(row.surface or Surface.MESSAGE),
                    at=row.claimed_at,
                    good=ratings.get((row.channel, row.ts), []).count(True),
                    bad=ratings.get((row.channel, row.ts), []).count(False),
                    escalated=(row.channel, row.ts) in escalated,
                )
                for row in rows
            ]

    def sections_asked(self, since: float) -> Sequence[Count]:
        """Return how often each section was the answer since a time, most frequent first."""
        return self._counts(
            QuestionRow.section, since, QuestionRow.decision == Decision.ANSWER.value, limit=None
        )

    def not_covered(self, since: float, limit: int) -> Sequence[Count]:
        """Return the questions since a time that the guides do not cover, most frequent first."""
        uncovered = QuestionRow.decision == Decision.NOT_COVERED.value
        return self._counts(QuestionRow.text, since, uncovered, limit=limit)

    def low_rated(self, since: float, limit: int) -> Sequence[Count]:
        """Return the questions since a time with more bad ratings than good ones."""
        rating = case((FeedbackRow.good, 1), else_=-1)
        bad = (
            select(FeedbackRow.channel, FeedbackRow.ts)
            .group_by(FeedbackRow.channel, FeedbackRow.ts)
            .having(func.sum(rating) < 0)
        )
        low = tuple_(QuestionRow.channel, QuestionRow.ts).in_(bad)
        return self._counts(QuestionRow.text, since, low, limit=limit)

    def _counts(
        self,
        what: InstrumentedAttribute[str | None],
        since: float,
        *conditions: ColumnElement[bool],
        limit: int | None,
    ) -> list[Count]:
        chosen = (
            select(what, func.count())
            .where(QuestionRow.claimed_at >= since, what != "", *conditions)
            .group_by(what)
            .order_by(func.count().desc(), func.max(QuestionRow.claimed_at).desc())
            .limit(limit)
        )
        with Session(self._engine) as session:
            return [Count(str(name), count) for name, count in session.execute(chosen)]
