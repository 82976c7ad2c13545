"""The tables of the bot's database, which bot.migrations creates."""

from __future__ import annotations

from sqlalchemy import Float, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The base of all rows."""


class QuestionRow(Base):
    """A claimed question. `done_at` is when it was answered, or apologised for.

    `answer_ts` is the answer's first message; None if the bot said nothing. Until `lease_until`
    it belongs to the process that claimed it; after that, any process may claim it.
    """

    __tablename__ = "questions"

    channel: Mapped[str] = mapped_column(String, primary_key=True)
    ts: Mapped[str] = mapped_column(String, primary_key=True)
    user: Mapped[str] = mapped_column(String)
    thread_ts: Mapped[str | None] = mapped_column(String, nullable=True)
    claimed_at: Mapped[float] = mapped_column("taken_at", Float)
    done_at: Mapped[float | None] = mapped_column(Float, nullable=True)
    surface: Mapped[str | None] = mapped_column(String, nullable=True)
    text: Mapped[str | None] = mapped_column(Text, nullable=True)
    language: Mapped[str | None] = mapped_column(String, nullable=True)
    decision: Mapped[str | None] = mapped_column(String, nullable=True)
    confidence: Mapped[float | None] = mapped_column(Float, nullable=True)
    section: Mapped[str | None] = mapped_column(Text, nullable=True)
    snapshot: Mapped[str | None] = mapped_column(String, nullable=True)
    team: Mapped[str | None] = mapped_column(String, nullable=True)
    lease_until: Mapped[float | None] = mapped_column("held_until", Float, nullable=True)
    joined: Mapped[bool | None] = mapped_column(nullable=True)
    answer_ts: Mapped[str | None] = mapped_column(String, nullable=True)


class ThreadRow(Base):
    """A thread that the bot takes part in; if `quiet`, only when it is mentioned again."""

    __tablename__ = "threads"

    channel: Mapped[str] = mapped_column(String, primary_key=True)
    thread_ts: Mapped[str] = mapped_column(String, primary_key=True)
    joined_at: Mapped[float] = mapped_column(Float)
    quiet: Mapped[bool | None] = mapped_column(nullable=True)


class FeedbackRow(Base):
    """A person's feedback on an answer."""

    __tablename__ = "feedback"

    channel: Mapped[str] = mapped_column(String, primary_key=True)
    ts: Mapped[str] = mapped_column(String, primary_key=True)
    user: Mapped[str] = mapped_column(String, primary_key=True)
    good: Mapped[bool]
    comment: Mapped[str | None] = mapped_column(Text, nullable=True)
    given_at: Mapped[float] = mapped_column(Float)


class EscalationRow(Base):
    """An escalated question, and where it was posted."""

    __tablename__ = "escalations"

    channel: Mapped[str] = mapped_column(String, primary_key=True)
    ts: Mapped[str] = mapped_column(String, primary_key=True)
    user: Mapped[str] = mapped_column(String)
    to_channel: Mapped[str] = mapped_column(String)
    to_ts: Mapped[str | None] = mapped_column(String, nullable=True)
    asked_at: Mapped[float] = mapped_column(Float)
    answered_at: Mapped[float | None] = mapped_column(Float, nullable=True)
    answered_by: Mapped[str | None] = mapped_column(String, nullable=True)
    resolved_at: Mapped[float | None] = mapped_column(Float, nullable=True)
    resolved_by: Mapped[str | None] = mapped_column(String, nullable=True)


class LessonRow(Base):
    """A person's lesson about a question: that `section` was meant, or was not (`good`).

    `asker` asked the question, `text` is its anonymised text, `asked_at` its time.
    """

    __tablename__ = "lessons"

    channel: Mapped[str] = mapped_column(String, primary_key=True)
    ts: Mapped[str] = mapped_column(String, primary_key=True)
    user: Mapped[str] = mapped_column(String, primary_key=True)
    good: Mapped[bool] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(Text)
    asker: Mapped[str] = mapped_column(String)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String)
    asked_at: Mapped[float] = mapped_column(Float)
    given_at: Mapped[float] = mapped_column(Float)


class RulingRow(Base):
    """The docs team's ruling on a wording of `section`.

    `wording` is the wording's id, and `key` that of its text.
    """

    __tablename__ = "rulings"

    wording: Mapped[str] = mapped_column(String, primary_key=True)
    section: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String)
    accepted: Mapped[bool]
    user: Mapped[str] = mapped_column(String)
    given_at: Mapped[float] = mapped_column(Float)
