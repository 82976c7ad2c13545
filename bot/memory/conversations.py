"""Who has talked to the bot in a conversation, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import Session

from bot.memory.store import Store
from bot.memory.tables import QuestionRow, ThreadRow
from bot.question import Place, Question
from kb.model import CleanText, Decision
from kb.question.redact import redact


@dataclass(frozen=True, kw_only=True)
class PriorAnswer(Place):
    """A question that was answered with a section ("guide#anchor"), and the answer's ts.

    `text` is the question's.
    """

    text: CleanText
    section: str
    answer_ts: str


class Conversations:
    """The state of Slack threads. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._engine: Engine = store.engine

    def listens(self, channel: str, thread_ts: str) -> bool:
        """Whether the bot takes part in a thread, and has neither been sent away nor withdrawn."""
        with Session(self._engine) as session:
            thread = session.get(ThreadRow, (channel, thread_ts))
            return thread is not None and not thread.quiet

    def mute(self, place: Place) -> None:
        """Stay silent in a thread until the bot is mentioned."""
        self._set_quiet(place, quiet=True)

    def unmute(self, place: Place) -> None:
        """Take part in a thread again."""
        self._set_quiet(place, quiet=False)

    def has_asked(self, question: Question) -> bool:
        """Whether the author was answered in this conversation before."""
        return self._newest(question, QuestionRow.user == question.user) is not None

    def last_asked(self, question: Question) -> str | None:
        """Return the ts of the last answered question in a conversation, small talk aside."""
        row = self._newest(question, QuestionRow.decision != Decision.SMALL_TALK.value)
        return row.ts if row else None

    def last_answer(self, question: Question) -> PriorAnswer | None:
        """Return the last question in a conversation that was answered with a section."""
        row = self._newest(question, QuestionRow.decision == Decision.ANSWER.value)
        return _prior_answer(row) if row else None

    def answered_with(self, question: Question, section: str) -> PriorAnswer | None:
        """Return the last question in a conversation that was answered with a given section."""
        row = self._newest(
            question,
            QuestionRow.decision == Decision.ANSWER.value,
            QuestionRow.section == section,
        )
        return _prior_answer(row) if row else None

    def answer_ts(self, place: Place) -> str | None:
        """Return the ts of the answer to a question, if there is one."""
        with Session(self._engine) as session:
            row = session.get(QuestionRow, (place.channel, place.ts))
            return row.answer_ts if row else None

    def _newest(self, question: Question, *conditions: ColumnElement[bool]) -> QuestionRow | None:
        chosen = (
            select(QuestionRow)
            .where(
                QuestionRow.channel == question.channel,
                QuestionRow.thread_ts == question.thread_ts,
                QuestionRow.ts != question.ts,
                QuestionRow.answer_ts.is_not(None),
                *conditions,
            )
            .order_by(QuestionRow.claimed_at.desc())
            .limit(1)
        )
        if not question.thread_ts:
            return None
        with Session(self._engine) as session:
            return session.scalars(chosen).first()

    def _set_quiet(self, place: Place, *, quiet: bool) -> None:
        with Session(self._engine) as session, session.begin():
            thread = session.get(ThreadRow, (place.channel, place.thread_ts))
            if thread is not None:
                thread.quiet = quiet


def _prior_answer(row: QuestionRow) -> PriorAnswer:
    return PriorAnswer(
        channel=row.channel,
        ts=row.ts,
        thread_ts=row.thread_ts,
        text=redact(row.text or ""),
        section=row.section or "",
        answer_ts=row.answer_ts or row.ts,
    )
