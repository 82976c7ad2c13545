"""From a question in Slack to its answer in Slack, whatever happens in between."""

from __future__ import annotations

import logging
import secrets
import threading
import time

from slack_sdk import WebClient

from bot.blocks import Message, plain, render
from bot.people import Locales
from bot.posting import is_answered, post, read_message
from bot.question import Question, plain_text
from bot.store import Store, Unanswered
from kb.catalogue import words
from kb.errors import NoSnapshotError
from kb.knowledge_base import KnowledgeBase

_RECOVERED_SECONDS = 24 * 3600.0

logger = logging.getLogger(__name__)


class Answerer:
    """Answers questions, each once. Threads may share it."""

    def __init__(self, knowledge_base: KnowledgeBase, store: Store) -> None:
        self._knowledge_base = knowledge_base
        self._store = store
        self._locales = Locales()
        self._lock = threading.Lock()
        self._in_hand: set[tuple[str, str]] = set()

    def take(self, question: Question) -> bool:
        """Take a question on, on disk; False if that was done before.

        Whoever takes it on calls `answer` with it.
        """
        with self._lock:
            taken = self._store.take(question)
            if taken:
                self._in_hand.add((question.channel, question.ts))
        return taken

    def answer(
        self, question: Question, client: WebClient, *, perhaps_posted: bool = False
    ) -> None:
        """Post the answer to a question, or an apology with an id that the log has too.

        With `perhaps_posted`, messages of the answer that stand there already are left out.
        Raises nothing: what cannot be posted is in the log, and tried again by `recover`.
        """
        started = time.monotonic()
        language: str | None = None
        try:
            language = self._locales.language(client, question.user)
            messages, outcome = self._messages(question.text, language)
            post(client, question, messages, perhaps_posted=perhaps_posted)
            done = True
        # What panics in a library written in Rust is no Exception.
        except BaseException as error:
            done, outcome = self._apologise(question, client, error, language)
        if done:
            self._store.finish(question.channel, question.ts)
        with self._lock:
            self._in_hand.discard((question.channel, question.ts))
        logger.info(
            "%s in %.0f ms (channel %s, message %s)",
            outcome,
            1000 * (time.monotonic() - started),
            question.channel,
            question.ts,
        )

    def recover(self, client: WebClient) -> None:
        """Answer what was taken on and not answered: before a crash, or while Slack was away.

        Raises nothing: what still cannot be answered is in the log, and stays for the next time.
        """
        with self._lock:
            left_over = [
                left
                for left in self._store.unanswered()
                if (left.channel, left.ts) not in self._in_hand
            ]
            self._in_hand.update((left.channel, left.ts) for left in left_over)
        for left in left_over:
            try:
                question = self._recovered(left, client)
            except Exception as error:
                logger.error(
                    "Message %s in %s cannot be read again: %s", left.ts, left.channel, error
                )
            else:
                if question is None:
                    self._store.finish(left.channel, left.ts)
                else:
                    logger.info("Answering message %s in %s now.", left.ts, left.channel)
                    self.answer(question, client, perhaps_posted=True)
            with self._lock:
                self._in_hand.discard((left.channel, left.ts))

    def _messages(self, text: str, language: str | None) -> tuple[list[Message], str]:
        if not text:
            said = words(language or "en")
            return [plain(said.empty_question.format(example=said.examples[0]))], "Asked back"
        answer = self._knowledge_base.ask(text, language)
        outcome = f"{answer.decision.value} ({answer.confidence:.2f}, {answer.snapshot})"
        return render(answer), outcome

    def _apologise(
        self, question: Question, client: WebClient, error: BaseException, language: str | None
    ) -> tuple[bool, str]:
        """Return whether the apology was posted, and what to log."""
        id = secrets.token_hex(4)
        # The question may be what broke it, but it is the person's own and stays out of logs.
        logger.error("Failure %s while answering message %s", id, question.ts, exc_info=error)
        said = words(language or "en")
        text = said.not_ready if isinstance(error, NoSnapshotError) else said.apology
        try:
            post(client, question, [plain(text.format(id=id))])
        except Exception:
            logger.exception("The apology %s could not be posted either", id)
            return False, f"Left for later ({id})"
        return True, f"Apologised ({id})"

    def _recovered(self, left: Unanswered, client: WebClient) -> Question | None:
        if time.time() - left.taken_at > _RECOVERED_SECONDS:
            logger.warning("Message %s in %s is too old to answer now.", left.ts, left.channel)
            return None
        if is_answered(client, left):
            return None
        message = read_message(client, left)
        if message is None:
            return None
        return Question(
            channel=left.channel,
            ts=left.ts,
            thread_ts=left.thread_ts,
            user=left.user,
            text=plain_text(str(message.get("text") or "")),
        )
