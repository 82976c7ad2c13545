"""Teaches the search from what people do: what they choose, what helped, how humans answer."""

from __future__ import annotations

import html
import logging
import threading
from collections.abc import Callable, Sequence
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from bot.memory.lessons import Lessons, Version
from bot.question import Place
from kb.errors import GuidebotError
from kb.knowledge_base import KnowledgeBase
from kb.wordings.learned import LearnedWording

# How long App Home may wait for the latest lessons.
_MAX_WAIT_SECONDS = 5.0

logger = logging.getLogger(__name__)


class LearningMode(StrEnum):
    """Whose judgement turns a question into a wording (the setting LEARN_WORDINGS)."""

    PEOPLE = "people"
    """Two people's, or the docs team's."""
    DOCS_TEAM = "docs_team"
    OFF = "off"


class Learner:
    """Keeps the knowledge base up to date with people's lessons, from here and other replicas.

    Thread-safe. Switched off, it neither records nor teaches anything.
    """

    def __init__(
        self, knowledge_base: KnowledgeBase, lessons: Lessons, learning: LearningMode
    ) -> None:
        self._knowledge_base = knowledge_base
        self._lessons = lessons
        self._learning = learning
        self._teaching = threading.Lock()
        self._taught: tuple[Version, str] | None = None
        self._wordings: Sequence[LearnedWording] = ()

    def record_choice(self, place: Place, user: str, problem: str | None) -> None:
        """Record which problem ("guide#anchor") someone chose, before the outcome is stored."""
        if problem:
            self._note(lambda: self._lessons.record_choice(place, user, problem))

    def record_rating(self, place: Place, user: str, *, good: bool) -> None:
        """Record whether an answer helped."""
        self._note(lambda: self._lessons.record_rating(place, user, good=good))

    def record_human_answer(self, channel: str, ts: str, user: str, text: str) -> None:
        """Record a human's reply to the question posted at `ts`, if it names a single problem.

        `text` is Slack's, still escaped.
        """

        def note() -> None:
            if self._lessons.is_posted(channel, ts):
                named = self._knowledge_base.index().named_in(html.unescape(text))
                if len(named) == 1:
                    self._lessons.record_human_answer(channel, ts, user, named[0])

        self._note(note)

    def rule(self, wording: LearnedWording, by: str, *, accepted: bool) -> None:
        """Record the docs team's ruling on a wording."""
        self._lessons.rule(wording.problem, wording.text, by, accepted=accepted)

    def wordings(self) -> Sequence[LearnedWording]:
        """Return the learned wordings, up to date."""
        self.refresh(_MAX_WAIT_SECONDS)
        return self._wordings

    def refresh(self, wait: float = 0.0) -> None:
        """Teach the knowledge base again if there are new lessons or another snapshot.

        If another thread is doing so, waits at most `wait` seconds for it.
        """
        if not self._on or not self._teaching.acquire(timeout=wait):
            return
        try:
            now = (self._lessons.version(), self._knowledge_base.index().snapshot.name)
            if now != self._taught:
                self._wordings = self._knowledge_base.teach(
                    self._lessons.all(),
                    self._lessons.rulings(),
                    people_decide=self._learning is LearningMode.PEOPLE,
                )
                self._taught = now
        except GuidebotError as error:
            # There is no snapshot yet.
            logger.debug("Nothing to teach: %s", error)
        except Exception:
            logger.exception("Learning from people failed")
        finally:
            self._teaching.release()

    def _note(self, note: Callable[[], None]) -> None:
        """Record something, unless switched off. Best effort: a failure is only logged."""
        if not self._on:
            return
        try:
            note()
        except (GuidebotError, SQLAlchemyError):
            logger.exception("A lesson could not be recorded")

    @property
    def _on(self) -> bool:
        return self._learning is not LearningMode.OFF
