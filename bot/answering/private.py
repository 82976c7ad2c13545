"""Answers that only the asker sees, where no message can carry them or the bot is no member."""

from __future__ import annotations

import logging
import time

from slack_sdk import WebClient

from bot.answering.access import Access
from bot.answering.answerer import Answerer, logged, outcome_of
from bot.answering.secret_warning import secret_warning
from bot.memory.store import Store
from bot.operations.log import about
from bot.operations.metrics import DECISIONS, QUESTIONS, stage
from bot.question import Question
from bot.views.answer import Message, plain, render_privately
from bot.words.catalogue import words
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer

logger = logging.getLogger(__name__)


class PrivateAnswers:
    """Answers questions to the asker alone; they are remembered. Threads may share it."""

    def __init__(
        self, answerer: Answerer, knowledge_base: KnowledgeBase, store: Store, access: Access
    ) -> None:
        self._answerer = answerer
        self._knowledge_base = knowledge_base
        self._store = store
        self._access = access

    def answer(self, question: Question, client: WebClient, language: str | None) -> list[Message]:
        """Return what the asker is told, an apology with an id that the log has among it."""
        said = words(language)
        refused = self._access.refuse(client, question.team, question.channel, question.user)
        if refused:
            return [plain(refused.text(said))]
        warned: list[Message] = []
        if question.text.secrets:
            warned.append(
                secret_warning(self._knowledge_base, question, language, may_delete=False)
            )
        try:
            answer = self._answer(question, language)
        except Exception as error:
            logger.error("Failure %s while answering in private", question.id, exc_info=error)
            return [*warned, plain(said.apology.format(id=question.id))]
        return [*warned, *render_privately(answer, question, human=self._answerer.human)]

    def _answer(self, question: Question, language: str | None) -> Answer:
        started = time.monotonic()
        QUESTIONS.labels(question.surface).inc()
        with about(question), stage("total"):
            with stage("answer"):
                answer = self._answerer.ask(question, language)
            outcome = outcome_of(answer)
            if self._store.take(question):
                self._store.finish(question.channel, question.ts, outcome)
            DECISIONS.labels(outcome.decision).inc()
            logger.info(
                "%s (%.2f, %s) in %d ms",
                outcome.decision,
                outcome.confidence,
                outcome.snapshot,
                round(1000 * (time.monotonic() - started)),
                extra={
                    "channel": question.channel,
                    "surface": question.surface,
                    **logged(outcome),
                },
            )
        return answer
