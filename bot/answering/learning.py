"""What people do teaches the search: what they choose, what helped, what humans answer with."""

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

# What App Home may wait for what was said a moment ago.
_MAX_WAIT_SECONDS = 5.0

logger = logging.getLogger(__name__)


class LearningMode(StrEnum):
    """Whose word makes a question a wording (the setting LEARN_WORDINGS)."""

    PEOPLE = "people"
    """Two people's, or the docs team's."""
    DOCS_TEAM = "docs_team"
    OFF = "off"


class Learner:
    """Keeps the knowledge base taught with what people say, here and in other replicas.

    Threads may share it. Switched off, it notes nothing and teaches nothing.
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

    def chosen(self, place: Place, user: str, problem: str | None) -> None:
        """Note which problem ("guide#anchor") somebody chose; called before that is noted."""
        if problem:
            self._note(lambda: self._lessons.chosen(place, user, problem))

    def rated(self, place: Place, user: str, *, good: bool) -> None:
        """Note whether an answer helped."""
        self._note(lambda: self._lessons.rated(place, user, good=good))

    def handed_over(self, channel: str, ts: str, user: str, text: str) -> None:
        """Note what a human wrote under the question posted at `ts`, if it names one problem.

        `text` is as Slack has it.
        """

        def note() -> None:
            if self._lessons.is_posted(channel, ts):
                named = self._knowledge_base.index().named_in(html.unescape(text))
                if len(named) == 1:
                    self._lessons.handed_over(channel, ts, user, named[0])

        self._note(note)

    def rule(self, wording: LearnedWording, by: str, *, accepted: bool) -> None:
        """Note the docs team's word on a wording."""
        self._lessons.rule(wording.problem, wording.text, by, accepted=accepted)

    def wordings(self) -> Sequence[LearnedWording]:
        """Return what was taught, as of now."""
        self.refresh(_MAX_WAIT_SECONDS)
        return self._wordings

    def refresh(self, wait: float = 0.0) -> None:
        """Teach the knowledge base, if people said more, or another snapshot is live.

        If that is under way already, it waits at most so many seconds for it.
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
            # Without a snapshot there is nothing to teach; with the next one there is.
            logger.debug("Nothing is taught: %s", error)
        except Exception:
            logger.exception("What people taught cannot be learned now")
        finally:
            self._teaching.release()

    def _note(self, note: Callable[[], None]) -> None:
        """Note something, if it is wanted; that it fails is nobody's concern who asked."""
        if not self._on:
            return
        try:
            note()
        except (GuidebotError, SQLAlchemyError):
            logger.exception("A lesson could not be noted")

    @property
    def _on(self) -> bool:
        return self._learning is not LearningMode.OFF
