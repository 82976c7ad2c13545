"""Lessons from people: which problem a question meant (kb.wordings.learned)."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from bot.memory.anonymise import anonymise
from bot.memory.store import Store
from bot.memory.tables import EscalationRow, LessonRow, QuestionRow, RulingRow
from bot.question import Place
from kb.model import Decision
from kb.wordings.learned import Lesson, text_key, wording_id

logger = logging.getLogger(__name__)

Version = tuple[float, ...]
"""Changes whenever lessons or rulings do."""


_ASKED_WHICH = (Decision.CHOOSE.value, Decision.NOT_COVERED.value)


class Lessons:
    """The lessons. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._engine: Engine = store.engine

    def record_choice(self, place: Place, user: str, problem: str) -> None:
        """Record that someone chose a problem ("guide#anchor") among the candidates.

        Their earlier choice for the same question was then wrong, and so was the first candidate.
        """
        with Session(self._engine) as session, session.begin():
            question = session.get(QuestionRow, (place.channel, place.ts))
            if question is None or question.decision not in _ASKED_WHICH:
                return
            first = question.section if question.decision == Decision.CHOOSE.value else None
            if first and first != problem:
                self._note(session, question, user, first, good=False)
            self._note(session, question, user, problem, good=True)

    def record_rating(self, place: Place, user: str, *, good: bool) -> None:
        """Record whether an answer helped, if there was one."""
        with Session(self._engine) as session, session.begin():
            question = session.get(QuestionRow, (place.channel, place.ts))
            if question and question.section and question.decision == Decision.ANSWER.value:
                self._note(session, question, user, question.section, good=good)

    def record_human_answer(self, to_channel: str, to_ts: str, user: str, problem: str) -> None:
        """Record that a human answered an escalated question with a problem."""
        with Session(self._engine) as session, session.begin():
            posted = session.scalars(
                select(EscalationRow).where(
                    EscalationRow.to_channel == to_channel, EscalationRow.to_ts == to_ts
                )
            ).first()
            question = posted and session.get(QuestionRow, (posted.channel, posted.ts))
            if question:
                self._note(session, question, user, problem, good=True)

    def is_posted(self, to_channel: str, to_ts: str) -> bool:
        """Whether a message is an escalated question."""
        chosen = select(EscalationRow.ts).where(
            EscalationRow.to_channel == to_channel, EscalationRow.to_ts == to_ts
        )
        with Session(self._engine) as session:
            return session.scalars(chosen).first() is not None

    def rule(self, problem: str, text: str, by: str, *, accepted: bool) -> None:
        """Record the docs team's ruling on a wording of a problem."""
        with Session(self._engine) as session, session.begin():
            session.merge(
                RulingRow(
                    wording=wording_id(problem, text),
                    section=problem,
                    key=text_key(text),
                    accepted=accepted,
                    user=by,
                    given_at=time.time(),
                )
            )

    def all(self) -> Sequence[Lesson]:
        """Return all lessons, oldest first; invalid rows are skipped."""
        with Session(self._engine) as session:
            rows = session.scalars(select(LessonRow).order_by(LessonRow.given_at))
            return [lesson for row in rows if (lesson := _lesson(row))]

    def rulings(self) -> dict[tuple[str, str], bool]:
        """Return the docs team's rulings by (problem, text_key)."""
        with Session(self._engine) as session:
            return {
                (row.section, row.key): row.accepted for row in session.scalars(select(RulingRow))
            }

    def version(self) -> Version:
        """Return a value that changes whenever a lesson or ruling is added, changed or deleted."""
        found: list[float] = []
        with Session(self._engine) as session:
            for table in (LessonRow, RulingRow):
                counted = select(
                    func.count(), func.max(table.given_at), func.sum(table.given_at)
                ).select_from(table)
                found += [float(each or 0) for each in session.execute(counted).one()]
        return tuple(found)

    def _note(
        self, session: Session, question: QuestionRow, user: str, problem: str, *, good: bool
    ) -> None:
        text = anonymise(question.text or "")
        # A follow-up does not stand on its own.
        if not text or question.joined:
            return
        # The latest judgement of the same problem counts.
        session.execute(
            delete(LessonRow).where(
                LessonRow.channel == question.channel,
                LessonRow.ts == question.ts,
                LessonRow.user == user,
                LessonRow.section == problem,
            )
        )
        session.merge(
            LessonRow(
                channel=question.channel,
                ts=question.ts,
                user=user,
                good=good,
                section=problem,
                asker=question.user,
                text=text,
                language=question.language or "en",
                asked_at=question.claimed_at,
                given_at=time.time(),
            )
        )


def _lesson(row: LessonRow) -> Lesson | None:
    try:
        return Lesson(
            problem=row.section,
            text=row.text,
            language=row.language,
            person=row.user,
            good=row.good,
            at=row.given_at,
        )
    except ValidationError:
        logger.error(
            "Skipping the lesson about %s:%s, which is no longer valid.", row.channel, row.ts
        )
        return None
