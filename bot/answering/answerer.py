"""Answers each question in Slack exactly once, whatever fails in between."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

from slack_sdk import WebClient
from sqlalchemy.exc import DatabaseError

from bot.actor import Actor
from bot.answering.conduct import talk_of
from bot.answering.conversation_queue import ConversationQueue
from bot.answering.people import People
from bot.answering.presence import Presence
from bot.answering.replies import Replies, Reply
from bot.answering.workers import Workers
from bot.memory.store import ClaimedQuestion, Outcome, Store
from bot.operations.log import log_context
from bot.operations.metrics import DECISIONS, QUESTIONS, observe_wait, stage
from bot.question import Place, Question, Surface, text_of
from bot.slack.errors import SLACK_ERRORS, error_code, is_permanent, is_transient
from bot.slack.live_answer import LiveAnswer
from bot.slack.posting import is_answered, post_answer, post_privately, read_message, replace_answer
from bot.views.message import Message
from kb.knowledge_base import KnowledgeBase
from kb.model import CleanText, Decision

# After ten minutes people have found another way.
_MAX_RECOVERY_SECONDS = 600.0

# Enough to keep answering while some of them wait for Slack.
_WORKERS = 8

logger = logging.getLogger(__name__)


class Answerer:
    """Answers questions where they were asked, each exactly once. Thread-safe.

    It has `workers` of its own, because Bolt's threads must stay free to acknowledge requests.
    """

    def __init__(
        self, knowledge_base: KnowledgeBase, store: Store, people: People, replies: Replies
    ) -> None:
        self._knowledge_base = knowledge_base
        self._store = store
        self._people = people
        self._replies = replies
        self.conversations = replies.conversations
        self.workers = Workers(_WORKERS, "answer")
        self._queue = ConversationQueue(self.workers)
        self._lock = threading.Lock()
        self._in_flight: set[Place] = set()

    def claim(self, question: Question) -> bool:
        """Claim a question, durably; False if it was claimed before.

        The caller then has to `answer` or `enqueue` it.
        """
        with self._lock:
            claimed = self._store.claim(question)
            if claimed:
                self._in_flight.add(_place(question))
        if claimed:
            QUESTIONS.labels(question.surface).inc()
            observe_wait(question.ts)
        return claimed

    def reclaim(self, question: Question) -> bool:
        """Claim a question that was finished without a reply; False if there is none.

        The caller then has to `answer` or `enqueue` it.
        """
        with self._lock:
            claimed = self._store.reclaim(question)
            if claimed:
                self._in_flight.add(_place(question))
        return claimed

    def enqueue(self, question: Question, client: WebClient) -> None:
        """Answer a question on one of the `workers`, in order within its conversation."""
        self._submit(question, partial(self.answer, question, client))

    def enqueue_edited(
        self, place: Place, actor: Actor, text: CleanText, client: WebClient
    ) -> None:
        """Replace the answer to a question that was edited, once any in progress is posted."""
        asked = self._store.claimed(place)
        if asked and asked.user == actor.user and text and not talk_of(text):
            question = dataclasses.replace(_question(asked, text), home=actor.home)
            self._submit(question, partial(self._answer_edited, question, client))

    def _submit(self, question: Question, task: Callable[[], None]) -> None:
        try:
            self._queue.submit((question.channel, question.thread_ts), question.ts, task)
        except RuntimeError:
            logger.info("Shutting down; message %s is left for the next start.", question.ts)

    def answer(self, question: Question, client: WebClient, *, maybe_posted: bool = False) -> None:
        """Post the answer to a question, or an apology with an id that is also in the log.

        With `maybe_posted`, messages already posted are skipped. If posting fails, the error is
        logged and `recover` retries. Raises DatabaseError if the question cannot be marked as
        answered; `recover` then finds the answer in the conversation.
        """
        try:
            with log_context(question), stage("total"):
                self._answer(question, client, maybe_posted)
        finally:
            with self._lock:
                self._in_flight.discard(_place(question))

    def _answer(self, question: Question, client: WebClient, maybe_posted: bool) -> None:
        started = time.monotonic()
        language: str | None = None
        reply = Reply("Failed")
        answer_ts: str | None = None
        live = LiveAnswer(client, question, language, maybe_open=maybe_posted)
        presence = Presence(self._knowledge_base, question, client)
        try:
            with stage("person"):
                language = self._people.person(client, question.user).language
            live = LiveAnswer(client, question, language, maybe_open=maybe_posted)
            with presence.shown(language, live), stage("answer"):
                reply = self._replies.to(question, client, language, live.on_progress)
            with stage("post"):
                answer_ts = self._deliver(question, reply, client, live, maybe_posted)
            done, summary = True, reply.log
            presence.clear()
            if question.surface is Surface.DIRECT and self._starts_conversation(
                question, reply.outcome
            ):
                presence.name_thread()
        # A panic in a Rust extension is a BaseException.
        except BaseException as error:
            done, summary = self._apologise(question, client, error, language, live)
            presence.clear()
        if done:
            self._store.finish(question.channel, question.ts, answer_ts=answer_ts)
        else:
            self._store.release(question)
        log_reply(question, summary, reply.outcome, started)

    def _deliver(
        self,
        question: Question,
        reply: Reply,
        client: WebClient,
        live: LiveAnswer,
        maybe_posted: bool,
    ) -> str | None:
        """Post a reply; return the ts of its first message, if it has one."""
        if reply.outcome:
            # The buttons under the answer depend on it.
            self._store.record_outcome(question.channel, question.ts, reply.outcome)
        self._post_private(question, reply.private, client)
        if not reply.messages:
            live.drop()
            return None
        # Before anyone can reply to it.
        self._store.join(question)
        posted = post_answer(
            client, question, reply.messages, maybe_posted=maybe_posted, become=live.become
        )
        return posted or live.ts

    def _post_private(
        self, question: Question, messages: Iterable[Message], client: WebClient
    ) -> None:
        """Post messages that only the asker sees. Best effort."""
        for message in messages:
            try:
                post_privately(client, question, question.user, message, answered=False)
            except SLACK_ERRORS:
                logger.exception("A private note on message %s could not be posted", question.ts)

    def _answer_edited(self, question: Question, client: WebClient) -> None:
        answer_ts = self.conversations.answer_ts(question)
        if not answer_ts:
            return
        started = time.monotonic()
        with log_context(question):
            language = self._people.person(client, question.user).language
            reply = self._replies.to(question, client, language)
            self._post_private(question, reply.private, client)
            if not reply.messages:
                return
            if reply.outcome:
                self._store.record_outcome(question.channel, question.ts, reply.outcome)
            replace_answer(client, question, answer_ts, reply.messages)
            log_reply(question, f"Edited: {reply.log}", reply.outcome, started)

    def recover(self, client_for: Callable[[str | None], WebClient | None]) -> None:
        """Answer claimed questions left unanswered by a crash or an outage of Slack.

        `client_for` returns a workspace's client. Questions older than ten minutes are closed
        without an answer. Those that fail again are logged, and left for the next call.
        """
        with self._lock:
            self._store.renew(self._in_flight)
            unfinished = self._store.claim_expired()
            self._in_flight.update(map(_place, unfinished))
        for left in unfinished:
            try:
                with log_context(left):
                    self._recover(left, client_for(left.team))
            except Exception as error:
                logger.error(
                    "Message %s in %s cannot be answered yet: %s", left.ts, left.channel, error
                )
                with contextlib.suppress(DatabaseError):
                    if is_permanent(error):
                        self._store.finish(left.channel, left.ts)
                    else:
                        self._store.release(left)
            finally:
                with self._lock:
                    self._in_flight.discard(_place(left))

    def _recover(self, left: ClaimedQuestion, client: WebClient | None) -> None:
        question = self._question_to_recover(left, client) if client else None
        if question is None or client is None:
            self._store.finish(left.channel, left.ts)
        else:
            logger.info("Answering message %s in %s now.", left.ts, left.channel)
            self._answer(question, client, maybe_posted=True)

    def _starts_conversation(self, question: Question, outcome: Outcome | None) -> bool:
        """Whether a question is the first of its conversation, greetings aside."""
        if outcome is None or outcome.decision == Decision.SMALL_TALK:
            return False
        return self.conversations.last_asked(question) is None

    def _apologise(
        self,
        question: Question,
        client: WebClient,
        error: BaseException,
        language: str | None,
        live: LiveAnswer,
    ) -> tuple[bool, str]:
        """Post an apology. Returns whether the question is done with, and what to log."""
        if is_permanent(error):
            # Neither an answer nor an apology can ever be posted there.
            logger.warning(
                "Message %s in %s cannot be replied to: %s",
                question.ts,
                question.channel,
                error_code(error),
            )
            return True, "Closed"
        # The question may be the cause, but it is private and stays out of the log.
        logger.error("Failure %s while answering", question.id, exc_info=error)
        if question.surface.unasked:
            return not is_transient(error), "Silent after a failure"
        apology = self._replies.to_failure(question, error, language)
        try:
            # Slack may have posted the answer, and only the response was lost.
            if is_answered(client, question):
                return True, "Answered despite the failure"
            self._post_private(question, apology.private, client)
            post_answer(client, question, apology.messages, become=live.become)
        except Exception as another:
            logger.exception("The apology could not be posted either")
            return is_permanent(another), "Left for later"
        return True, apology.log

    def _question_to_recover(self, left: ClaimedQuestion, client: WebClient) -> Question | None:
        if time.time() - left.claimed_at > _MAX_RECOVERY_SECONDS:
            logger.warning("Message %s in %s is too old to answer now.", left.ts, left.channel)
            return None
        if not left.surface.has_message:
            # Its response_url was lost with the process.
            return None
        if is_answered(client, left):
            return None
        text = read_text(client, left)
        if text is None:
            return None
        return _question(left, text)


def _question(claimed: ClaimedQuestion, text: CleanText) -> Question:
    """Return a claimed question with its current text."""
    return Question(
        channel=claimed.channel,
        ts=claimed.ts,
        thread_ts=claimed.thread_ts,
        user=claimed.user,
        text=text,
        surface=claimed.surface,
        team=claimed.team,
    )


def _place(place: Place) -> Place:
    """Return a question's place alone, which stays the same if the question is edited."""
    return Place(channel=place.channel, ts=place.ts)


def log_reply(question: Question, summary: str, outcome: Outcome | None, started: float) -> None:
    """Count and log the outcome of a question, without anything anyone wrote.

    `started` is when work on it began (time.monotonic).
    """
    DECISIONS.labels(outcome.decision if outcome else "other").inc()
    milliseconds = round(1000 * (time.monotonic() - started))
    fields = ("language", "decision", "confidence", "section", "snapshot")
    logger.info(
        "%s in %d ms",
        summary,
        milliseconds,
        extra={
            "channel": question.channel,
            "ts": question.ts,
            "surface": question.surface,
            "milliseconds": milliseconds,
            **({name: getattr(outcome, name) for name in fields} if outcome else {}),
        },
    )


def read_text(client: WebClient, place: Place) -> CleanText | None:
    """Return a message's current text as people see it; None if it is gone.

    Raises what read_message raises.
    """
    message = read_message(client, place)
    return None if message is None else text_of(message)
