"""What people do teaches the search: what they choose, what helped, what humans answer with."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from enum import StrEnum

from bot.memory.lessons import Lessons, Version
from bot.question import Place
from kb.errors import GuidebotError
from kb.knowledge_base import KnowledgeBase
from kb.wordings.learned import LearnedWording

logger = logging.getLogger(__name__)


class Learning(StrEnum):
    """Whose word makes a question a wording (the setting LEARN_WORDINGS)."""

    PEOPLE = "people"
    """Two people's, or the docs team's."""
    DOCS_TEAM = "docs_team"
    OFF = "off"


class Learner:
    """Keeps the knowledge base taught with what people say, here and in other replicas.

    Threads may share it. Switched off, it notes nothing and teaches nothing.
    """

    def __init__(self, knowledge_base: KnowledgeBase, lessons: Lessons, learning: Learning) -> None:
        self._knowledge_base = knowledge_base
        self._lessons = lessons
        self._learning = learning
        self._teaching = threading.Lock()
        self._taught: tuple[Version, str] | None = None
        self._wordings: Sequence[LearnedWording] = ()

    def chosen(self, place: Place, user: str, problem: str | None) -> None:
        """Note which problem ("guide#anchor") somebody chose; called before it is answered."""
        if self._on and problem:
            self._lessons.chosen(place, user, problem)

    def rated(self, place: Place, user: str, *, good: bool) -> None:
        """Note whether an answer helped."""
        if self._on:
            self._lessons.rated(place, user, good=good)

    def handed_over(self, channel: str, ts: str, user: str, text: str) -> None:
        """Note what a human wrote under the question posted at `ts`, if it names one problem."""
        if not self._on:
            return
        try:
            named = self._knowledge_base.index().named_in(text)
        except GuidebotError:
            return
        if len(named) == 1:
            self._lessons.handed_over(channel, ts, user, named[0])

    def rule(self, wording: LearnedWording, by: str, *, accepted: bool) -> None:
        """Note the docs team's word on a wording."""
        self._lessons.rule(wording.problem, wording.text, by, accepted=accepted)

    def wordings(self) -> Sequence[LearnedWording]:
        """Return what was taught, as of now."""
        self.refresh()
        return self._wordings

    def refresh(self) -> None:
        """Teach the knowledge base, if people said more, or another snapshot is live."""
        if not self._on:
            return
        with self._teaching:
            try:
                now = (self._lessons.version(), self._knowledge_base.index().snapshot.name)
                if now == self._taught:
                    return
                self._wordings = self._knowledge_base.teach(
                    self._lessons.all(),
                    self._lessons.rulings(),
                    people_decide=self._learning is Learning.PEOPLE,
                )
                self._taught = now
            except GuidebotError as error:
                # Without a snapshot there is nothing to teach; with the next one there is.
                logger.debug("Nothing is taught: %s", error)

    @property
    def _on(self) -> bool:
        return self._learning is not Learning.OFF
