"""From a question in Slack to its answer in Slack, whatever happens in between."""

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
from bot.views.answer import Message
from kb.knowledge_base import KnowledgeBase
from kb.model import CleanText, Decision

# Later than that, an answer is of no use, and people have found another way.
_RECOVERED_SECONDS = 600.0

_WORKERS = 8

logger = logging.getLogger(__name__)


class Answerer:
    """Answers questions where they stand, each once. Threads may share it.

    `work` has its threads: Bolt's have to be free for what Slack waits for.
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
        """Take a question on, on disk; False if that was done before.

        Whoever takes it on calls `answer` or `answer_soon` with it.
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
        """Take on a question that nothing was said to, though it was heard; False if there was.

        Whoever takes it on calls `answer` or `answer_soon` with it.
        """
        with self._lock:
            claimed = self._store.reclaim(question)
            if claimed:
                self._in_flight.add(_place(question))
        return claimed

    def enqueue(self, question: Question, client: WebClient) -> None:
        """Answer a question on a thread of `work`, after those before it in its conversation."""
        conversation = (question.channel, question.thread_ts)
        try:
            self._queue.submit(conversation, question.ts, partial(self.answer, question, client))
        except RuntimeError:
            logger.info("Message %s is left for the next start.", question.ts)

    def answer(self, question: Question, client: WebClient, *, maybe_posted: bool = False) -> None:
        """Post the answer to a question, or an apology with an id that the log has too.

        With `perhaps_posted`, messages of the answer that stand there already are left out.
        What cannot be posted is in the log, and tried again by `recover`; so is what cannot be
        noted as answered, but `recover` then finds the answer. Raises DatabaseError for that.
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
            done, told = True, reply.log
            presence.clear()
            if question.surface is Surface.DIRECT and self._begins(question, reply.outcome):
                presence.name_thread()
        # What panics in a library written in Rust is no Exception.
        except BaseException as error:
            done, told = self._apologise(question, client, error, language, live)
            presence.clear()
        if done:
            self._store.finish(question.channel, question.ts, answer_ts=answer_ts)
        else:
            self._store.release(question)
        log_reply(question, told, reply.outcome, started)

    def _deliver(
        self,
        question: Question,
        reply: Reply,
        client: WebClient,
        live: LiveAnswer,
        maybe_posted: bool,
    ) -> str | None:
        """Post a reply, and return the ts of its first message, if it has any."""
        if reply.outcome:
            # Whoever presses a button under the answer relies on it.
            self._store.note(question.channel, question.ts, reply.outcome)
        self._tell(question, reply.private, client)
        if not reply.messages:
            live.drop()
            return None
        # Before it can be replied to.
        self._store.join(question)
        posted = post_answer(
            client, question, reply.messages, maybe_posted=maybe_posted, become=live.become
        )
        return posted or live.ts

    def _tell(self, question: Question, messages: Iterable[Message], client: WebClient) -> None:
        """Tell the person, and nobody else; the answer does not depend on it."""
        for message in messages:
            try:
                post_privately(client, question, question.user, message, answered=False)
            except SLACK_ERRORS:
                logger.exception("What only the asker of %s is told was not posted", question.ts)

    def answer_edited(self, place: Place, actor: Actor, text: CleanText, client: WebClient) -> None:
        """Put the reply to an edited question in the place of the one that stands."""
        stands = self.conversations.answer_ts(place)
        asked = self._store.claimed(place)
        if not stands or not asked or asked.user != actor.user or not text or talk_of(text):
            return
        question = dataclasses.replace(_question(asked, text), home=actor.home)
        started = time.monotonic()
        with log_context(question):
            language = self._people.person(client, actor.user).language
            reply = self._replies.to(question, client, language)
            self._tell(question, reply.private, client)
            if not reply.messages:
                return
            if reply.outcome:
                self._store.note(place.channel, place.ts, reply.outcome)
            replace_answer(client, question, stands, reply.messages)
            log_reply(question, f"Anew: {reply.log}", reply.outcome, started)

    def recover(self, client_factory: Callable[[str | None], WebClient | None]) -> None:
        """Answer what was taken on and not answered: before a crash, or while Slack was away.

        `client_of` gives the client for a workspace. What is older than ten minutes is closed
        without an answer. What still cannot be answered is in the log, and stays for the next
        time.
        """
        with self._lock:
            self._store.renew(self._in_flight)
            unfinished = self._store.claim_expired()
            self._in_flight.update(map(_place, unfinished))
        for left in unfinished:
            try:
                with log_context(left):
                    self._recover(left, client_factory(left.team))
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
        question = self._recovered(left, client) if client else None
        if question is None or client is None:
            self._store.finish(left.channel, left.ts)
        else:
            logger.info("Answering message %s in %s now.", left.ts, left.channel)
            self._answer(question, client, maybe_posted=True)

    def _begins(self, question: Question, outcome: Outcome | None) -> bool:
        """Whether a question is the first of its conversation; a greeting is none."""
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
        """Return whether the apology was posted, and what to log."""
        if is_permanent(error):
            # No later attempt could say it there, nor an apology.
            logger.warning(
                "Message %s in %s cannot be answered there: %s",
                question.ts,
                question.channel,
                error_code(error),
            )
            return True, "Closed"
        # The question may be what broke it, but it is the person's own and stays out of logs.
        logger.error("Failure %s while answering", question.id, exc_info=error)
        if question.surface.unasked:
            return not is_transient(error), "Silent after a failure"
        apology = self._replies.to_failure(question, error, language)
        try:
            # Slack may have taken the answer, and failed only to say so.
            if is_answered(client, question):
                return True, "Answered in spite of the failure"
            self._tell(question, apology.private, client)
            post_answer(client, question, apology.messages, become=live.become)
        except Exception as another:
            logger.exception("The apology could not be posted either")
            return is_permanent(another), "Left for later"
        return True, apology.log

    def _recovered(self, left: ClaimedQuestion, client: WebClient) -> Question | None:
        if time.time() - left.taken_at > _RECOVERED_SECONDS:
            logger.warning("Message %s in %s is too old to answer now.", left.ts, left.channel)
            return None
        if not left.surface.has_message:
            # The answer went to a place that is gone.
            return None
        if is_answered(client, left):
            return None
        text = read_text(client, left)
        if text is None:
            return None
        return _question(left, text)


def _question(claimed: ClaimedQuestion, text: CleanText) -> Question:
    """Return a question that was taken on, in the words that it has now."""
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
    """Return only the place of a question, which does not change while it is answered."""
    return Place(channel=place.channel, ts=place.ts)


def log_reply(question: Question, told: str, outcome: Outcome | None, started: float) -> None:
    """Count and log what came of a question, and nothing that anybody wrote.

    `started` is when it was begun with (time.monotonic).
    """
    DECISIONS.labels(outcome.decision if outcome else "other").inc()
    milliseconds = round(1000 * (time.monotonic() - started))
    fields = ("language", "decision", "confidence", "section", "snapshot")
    logger.info(
        "%s in %d ms",
        told,
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
    """Return what a message says now, as the person sees it; None if it is gone."""
    message = read_message(client, place)
    return None if message is None else text_of(message)
