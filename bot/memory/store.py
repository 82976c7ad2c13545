"""The bot's memory: questions, their outcomes, and feedback.

Text is stored without secrets, and for as long as the settings say.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from sqlalchemy import ColumnElement, case, create_engine, event, func, or_, select, tuple_, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from bot.memory.database import database_url, migrations
from bot.memory.tables import Base, FeedbackRow, QuestionRow, ThreadRow
from bot.question import Place, Question, Surface
from kb.errors import GuidebotError
from kb.model import CleanText
from kb.question.redact import redact

# Several times the interval at which a process renews its leases (bot.app), so that only a dead
# one loses them.
_LEASE_SECONDS = 90.0


@dataclass(frozen=True, kw_only=True)
class ClaimedQuestion(Place):
    """A claimed question, with all that is stored before it is answered."""

    user: str
    claimed_at: float
    surface: Surface = Surface.MESSAGE
    team: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of a question. `section` ("guide#anchor") is the one cited, or the nearest.

    `joined` says that it was understood as a follow-up to the question before it.
    """

    text: CleanText
    language: str
    decision: str
    confidence: float
    section: str | None
    snapshot: str
    joined: bool = False


class Store:
    """The database. Thread-safe."""

    def __init__(self, database: Path | str) -> None:
        """Open a SQLite file or a SQLAlchemy URL, and migrate it.

        Raises GuidebotError if it cannot be used.
        """
        if isinstance(database, Path):
            database.parent.mkdir(parents=True, exist_ok=True)
        url = database_url(database)
        name = url.render_as_string(hide_password=True)
        sqlite = url.get_backend_name() == "sqlite"
        # Longer than any transaction of the bot or of `guidebot gaps` takes.
        arguments = {"timeout": 30} if sqlite else {}
        try:
            self.engine = create_engine(
                url,
                connect_args=arguments,
                pool_pre_ping=not sqlite,
                # Errors are logged; what people wrote must not be.
                hide_parameters=True,
            )
            if sqlite:
                event.listen(self.engine, "connect", _configure)
            _migrate(self.engine)
        except (DatabaseError, ImportError) as error:
            raise GuidebotError(
                f"{name}: the bot's database cannot be used: "
                f"{getattr(error, 'orig', None) or error}. If the file is damaged, move it away; "
                "the bot then only loses its history of questions and feedback."
            ) from error

    def claim(self, question: Question) -> bool:
        """Claim a question, and join its thread if it was for the bot; False if already claimed.

        This deduplicates: Slack redelivers events that may not have arrived, and sends two events
        for a mention, both with the same message ts.
        """
        now = time.time()
        claimed = self._add(
            QuestionRow(
                channel=question.channel,
                ts=question.ts,
                user=question.user,
                thread_ts=question.thread_ts,
                claimed_at=now,
                surface=question.surface,
                text=question.text,
                team=question.team,
                lease_until=now + _LEASE_SECONDS,
            )
        )
        if claimed and question.surface is not Surface.AUTO:
            self.join(question)
        return claimed

    def reclaim(self, question: Question) -> bool:
        """Claim a question that was finished without an answer; False if there is none."""
        now = time.time()
        with Session(self.engine) as session, session.begin():
            claimed = session.execute(
                update(QuestionRow)
                .where(
                    QuestionRow.channel == question.channel,
                    QuestionRow.ts == question.ts,
                    QuestionRow.done_at.is_not(None),
                    QuestionRow.answer_ts.is_(None),
                )
                .values(
                    user=question.user,
                    surface=question.surface,
                    text=question.text,
                    thread_ts=question.thread_ts,
                    claimed_at=now,
                    done_at=None,
                    lease_until=now + _LEASE_SECONDS,
                )
            )
        if getattr(claimed, "rowcount", 0):
            self.join(question)
            return True
        return False

    def join(self, place: Place) -> None:
        """Take part in a thread from now on."""
        if place.thread_ts:
            thread = ThreadRow(
                channel=place.channel, thread_ts=place.thread_ts, joined_at=time.time()
            )
            self._add(thread)

    def finish(
        self, channel: str, ts: str, outcome: Outcome | None = None, answer_ts: str | None = None
    ) -> None:
        """Mark a question as done, with its outcome.

        `answer_ts` is the answer's first message, if there is one.
        """
        # Without an outcome, the text is not kept.
        text = case((QuestionRow.decision.is_(None), None), else_=QuestionRow.text)
        values: dict[str, object] = {**vars(outcome)} if outcome else {"text": text}
        if answer_ts:
            values["answer_ts"] = answer_ts
        self._set(channel, ts, {"done_at": time.time(), **values})

    def record_outcome(self, channel: str, ts: str, outcome: Outcome) -> None:
        """Record the outcome of a question before its answer is posted."""
        self._set(channel, ts, vars(outcome))

    def _set(self, channel: str, ts: str, values: Mapping[str, object]) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(
                update(QuestionRow)
                .where(QuestionRow.channel == channel, QuestionRow.ts == ts)
                .values(values)
            )

    def unanswered(self) -> Sequence[ClaimedQuestion]:
        """Return the claimed questions that are not done, oldest first."""
        return self._unfinished()

    def claim_expired(self) -> Sequence[ClaimedQuestion]:
        """Claim the unfinished questions whose lease has expired, and return them, oldest first.

        If several processes call it at once, each question goes to one of them.
        """
        now = time.time()
        free = or_(QuestionRow.lease_until.is_(None), QuestionRow.lease_until < now)
        return [left for left in self._unfinished(free) if self._renew([left], free)]

    def renew(self, places: Iterable[Place]) -> None:
        """Renew the leases on questions that this process has claimed."""
        self._renew(places)

    def release(self, place: Place | None = None) -> None:
        """Release the lease on one question, or on every unfinished one."""
        chosen = update(QuestionRow).where(QuestionRow.done_at.is_(None))
        if place:
            chosen = chosen.where(QuestionRow.channel == place.channel, QuestionRow.ts == place.ts)
        with Session(self.engine) as session, session.begin():
            session.execute(chosen.values(lease_until=None))

    def count_unanswered(self) -> int:
        """Count the claimed questions that are not done."""
        chosen = select(func.count()).select_from(QuestionRow).where(QuestionRow.done_at.is_(None))
        with Session(self.engine) as session:
            return session.scalar(chosen) or 0

    def rate(
        self, channel: str, ts: str, user: str, *, good: bool, comment: CleanText | None = None
    ) -> None:
        """Record a person's feedback on an answer, replacing any earlier one."""
        with Session(self.engine) as session, session.begin():
            session.merge(
                FeedbackRow(
                    channel=channel,
                    ts=ts,
                    user=user,
                    good=good,
                    comment=comment,
                    given_at=time.time(),
                )
            )

    def claimed(self, place: Place) -> ClaimedQuestion | None:
        """Return a claimed question, answered or not."""
        with Session(self.engine) as session:
            row = session.get(QuestionRow, (place.channel, place.ts))
            return _claimed(row) if row else None

    def outcome(self, channel: str, ts: str) -> Outcome | None:
        """Return the outcome of a question, if it has one."""
        with Session(self.engine) as session:
            row = session.get(QuestionRow, (channel, ts))
            return row_outcome(row) if row and row.decision else None

    def asked_before(self, question: Question) -> CleanText | None:
        """Return the text of the previous question in the thread, or in a DM without threads."""
        chosen = select(QuestionRow.text).where(
            QuestionRow.channel == question.channel,
            QuestionRow.ts != question.ts,
            QuestionRow.text != "",
            QuestionRow.thread_ts == question.thread_ts
            if question.thread_ts
            else QuestionRow.thread_ts.is_(None),
        )
        if not question.thread_ts:
            chosen = chosen.where(QuestionRow.user == question.user)
        if question.surface.has_message:
            # A later one may have been claimed already.
            chosen = chosen.where(QuestionRow.ts < question.ts)
        with Session(self.engine) as session:
            before = session.scalars(
                chosen.order_by(QuestionRow.claimed_at.desc()).limit(1)
            ).first()
        return redact(before) if before else None

    def check(self) -> None:
        """Raise DatabaseError if the database does not respond."""
        with self.engine.connect() as connection:
            connection.execute(select(1))

    def close(self) -> None:
        """Close the database."""
        self.engine.dispose()

    def _unfinished(self, *conditions: ColumnElement[bool]) -> list[ClaimedQuestion]:
        chosen = select(QuestionRow).where(QuestionRow.done_at.is_(None), *conditions)
        with Session(self.engine) as session:
            rows = session.scalars(chosen.order_by(QuestionRow.claimed_at))
            return [_claimed(row) for row in rows]

    def _renew(self, places: Iterable[Place], *conditions: ColumnElement[bool]) -> bool:
        """Extend the lease on unfinished questions that meet `conditions`; whether any did."""
        keys = [(place.channel, place.ts) for place in places]
        if not keys:
            return False
        with Session(self.engine) as session, session.begin():
            result = session.execute(
                update(QuestionRow)
                .where(
                    tuple_(QuestionRow.channel, QuestionRow.ts).in_(keys),
                    QuestionRow.done_at.is_(None),
                    *conditions,
                )
                .values(lease_until=time.time() + _LEASE_SECONDS)
            )
            return bool(getattr(result, "rowcount", 0))

    def _add(self, row: Base) -> bool:
        """Add a row; False if its key exists. Portable across databases."""
        try:
            with Session(self.engine) as session, session.begin():
                session.add(row)
        except IntegrityError:
            return False
        return True


def _claimed(row: QuestionRow) -> ClaimedQuestion:
    return ClaimedQuestion(
        channel=row.channel,
        ts=row.ts,
        thread_ts=row.thread_ts,
        user=row.user,
        claimed_at=row.claimed_at,
        surface=Surface(row.surface or Surface.MESSAGE),
        team=row.team,
    )


def row_outcome(row: QuestionRow) -> Outcome:
    """Return the outcome in a question's row."""
    return Outcome(
        text=redact(row.text or ""),
        language=row.language or "en",
        decision=row.decision or "",
        confidence=row.confidence or 0.0,
        section=row.section,
        snapshot=row.snapshot or "",
        joined=bool(row.joined),
    )


def _migrate(engine: Engine) -> None:
    config = migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _configure(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    # Claims must survive a crash of the machine, too.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    # Deleted text must not remain in the file's free pages.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
