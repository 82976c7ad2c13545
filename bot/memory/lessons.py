"""What people taught about questions: which problem was meant (kb.wordings.learned)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from bot.memory.anonymise import anonymise
from bot.memory.store import Store
from bot.memory.tables import EscalationRow, LessonRow, QuestionRow, RulingRow
from bot.question import Place
from kb.model import Decision
from kb.wordings.learned import Lesson, text_key, wording_id

Version = tuple[float, ...]
"""Differs whenever what was taught does."""


_ASKED_WHICH = (Decision.CHOOSE.value, Decision.NOT_COVERED.value)


class Lessons:
    """What people taught. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._engine: Engine = store.engine

    def chosen(self, place: Place, user: str, problem: str) -> None:
        """Note that somebody chose a problem ("guide#anchor") among those that came into question.

        What they chose before for the same question was not meant; nor was what stood first.
        """
        with Session(self._engine) as session, session.begin():
            question = session.get(QuestionRow, (place.channel, place.ts))
            if question is None or question.decision not in _ASKED_WHICH:
                return
            first = question.section if question.decision == Decision.CHOOSE.value else None
            if first and first != problem:
                self._note(session, question, user, first, good=False)
            self._note(session, question, user, problem, good=True)

    def rated(self, place: Place, user: str, *, good: bool) -> None:
        """Note whether an answer helped, if there was one."""
        with Session(self._engine) as session, session.begin():
            question = session.get(QuestionRow, (place.channel, place.ts))
            if question and question.section and question.decision == Decision.ANSWER.value:
                self._note(session, question, user, question.section, good=good)

    def handed_over(self, to_channel: str, to_ts: str, user: str, problem: str) -> None:
        """Note that a human answered a question that was posted for them with a problem."""
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
        """Whether a message is a question that was posted for humans."""
        chosen = select(EscalationRow.ts).where(
            EscalationRow.to_channel == to_channel, EscalationRow.to_ts == to_ts
        )
        with Session(self._engine) as session:
            return session.scalars(chosen).first() is not None

    def rule(self, problem: str, text: str, by: str, *, accepted: bool) -> None:
        """Note the docs team's word on a wording of a problem."""
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
        """Return all lessons, oldest first."""
        with Session(self._engine) as session:
            rows = session.scalars(select(LessonRow).order_by(LessonRow.given_at))
            return [
                Lesson(
                    problem=row.section,
                    text=row.text,
                    language=row.language,
                    person=row.user,
                    good=row.good,
                    at=row.given_at,
                )
                for row in rows
            ]

    def rulings(self) -> dict[tuple[str, str], bool]:
        """Return the docs team's words, by problem and text_key, oldest first."""
        with Session(self._engine) as session:
            return {
                (row.section, row.key): row.accepted for row in session.scalars(select(RulingRow))
            }

    def version(self) -> Version:
        """Return what differs whenever a lesson or ruling was added, changed or deleted."""
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
        # What was understood with the question before it says too little by itself.
        if not text or question.joined:
            return
        # The last word on the same problem counts.
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
                asked_at=question.taken_at,
                given_at=time.time(),
            )
        )
