"""Answers that only the asker sees, where there is no message or the bot is not a member."""

from __future__ import annotations

import logging
import time

from slack_sdk import WebClient

from bot.answering.answerer import log_reply
from bot.answering.people import People
from bot.answering.replies import Replies
from bot.memory.store import Store
from bot.operations.log import log_context
from bot.operations.metrics import QUESTIONS, stage
from bot.question import Question
from bot.views.message import Message

logger = logging.getLogger(__name__)


class PrivateAnswers:
    """Answers questions to the asker alone, and remembers them. Thread-safe."""

    def __init__(self, replies: Replies, store: Store, people: People) -> None:
        self._replies = replies
        self._store = store
        self._people = people

    def answer(self, question: Question, client: WebClient) -> list[Message]:
        """Return the messages for the asker; after a failure, an apology with its id in the log."""
        started = time.monotonic()
        QUESTIONS.labels(question.surface).inc()
        language = self._people.person(client, question.user).language
        with log_context(question), stage("total"):
            try:
                with stage("answer"):
                    reply = self._replies.to(question, client, language)
            except Exception as error:
                logger.error("Failure %s while answering in private", question.id, exc_info=error)
                reply = self._replies.to_failure(question, error, language)
            if reply.outcome and self._store.claim(question):
                self._store.finish(question.channel, question.ts, reply.outcome)
            log_reply(question, reply.log, reply.outcome, started)
        return [*reply.private, *reply.messages]
