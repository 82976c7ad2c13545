"""From a question in Slack to its answer in Slack, whatever happens in between."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from slack_sdk import WebClient
from sqlalchemy.exc import DatabaseError

from bot.answering.access import Access, Refused
from bot.answering.conduct import Conduct, talk_of
from bot.answering.conversation_queue import Lanes
from bot.answering.people import People
from bot.answering.presence import Presence
from bot.answering.secret_warning import secret_warning
from bot.answering.workers import Work
from bot.memory.conversations import Conversations, Told
from bot.memory.store import Outcome, Store, Unanswered
from bot.operations.log import about
from bot.operations.metrics import DECISIONS, QUESTIONS, observe_wait, stage
from bot.question import Place, Question, Surface, audience_of, words_of
from bot.slack.errors import SLACK_ERRORS, error_code, is_final, may_pass
from bot.slack.live_answer import LiveAnswer
from bot.slack.posting import is_answered, permalink, post, post_privately, read_message
from bot.views.answer import Message, plain, render
from bot.views.buttons import Pointer
from bot.views.talk import instead, same_section
from bot.words.catalogue import words
from kb.errors import NoSnapshotError
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Audience, CleanText, Decision
from kb.progress import Progress, unheard
from kb.question.redact import redact
from kb.text.language import detect_language

# Later than that, an answer is of no use, and people have found another way.
_RECOVERED_SECONDS = 600.0

_WORKERS = 8

logger = logging.getLogger(__name__)


class Answerer:
    """Answers questions, each once. Threads may share it.

    `work` has its threads: Bolt's have to be free for what Slack waits for. `human` says whether
    there are humans to ask.
    """

    def __init__(
        self,
        knowledge_base: KnowledgeBase,
        store: Store,
        people: People,
        access: Access,
        *,
        human: bool = False,
        may_delete: bool = False,
    ) -> None:
        self._knowledge_base = knowledge_base
        self._store = store
        self.conversations = Conversations(store)
        self._conduct = Conduct(knowledge_base, self.conversations)
        self._people = people
        self._access = access
        self.human = human
        self._may_delete = may_delete
        self.work = Work(_WORKERS, "answer")
        self._lanes = Lanes(self.work)
        self._lock = threading.Lock()
        self._in_hand: set[Place] = set()

    def take(self, question: Question) -> bool:
        """Take a question on, on disk; False if that was done before.

        Whoever takes it on calls `answer` or `answer_soon` with it.
        """
        with self._lock:
            taken = self._store.take(question)
            if taken:
                self._in_hand.add(_place(question))
        if taken:
            QUESTIONS.labels(question.surface).inc()
            observe_wait(question.ts)
        return taken

    def take_again(self, question: Question) -> bool:
        """Take on a question that nothing was said to, though it was heard; False if there was.

        Whoever takes it on calls `answer` or `answer_soon` with it.
        """
        with self._lock:
            taken = self._store.take_again(question)
            if taken:
                self._in_hand.add(_place(question))
        return taken

    def answer_soon(self, question: Question, client: WebClient) -> None:
        """Answer a question on a thread of `work`, after those before it in its conversation."""
        conversation = (question.channel, question.thread_ts)
        try:
            self._lanes.submit(conversation, question.ts, partial(self.answer, question, client))
        except RuntimeError:
            logger.info("Message %s is left for the next start.", question.ts)

    def answer(
        self, question: Question, client: WebClient, *, perhaps_posted: bool = False
    ) -> None:
        """Post the answer to a question, or an apology with an id that the log has too.

        With `perhaps_posted`, messages of the answer that stand there already are left out.
        What cannot be posted is in the log, and tried again by `recover`; so is what cannot be
        noted as answered, but `recover` then finds the answer. Raises DatabaseError for that.
        """
        try:
            with about(question), stage("total"):
                self._answer(question, client, perhaps_posted)
        finally:
            with self._lock:
                self._in_hand.discard(_place(question))

    def _answer(self, question: Question, client: WebClient, perhaps_posted: bool) -> None:
        started = time.monotonic()
        language: str | None = None
        outcome: Outcome | None = None
        answer_ts: str | None = None
        live = LiveAnswer(client, question, language, perhaps_open=perhaps_posted)
        presence = Presence(self._knowledge_base, question, client)
        try:
            with stage("person"):
                language = self._people.person(client, question.user).language
            live = LiveAnswer(client, question, language, perhaps_open=perhaps_posted)
            with presence.shown(language, live), stage("answer"):
                messages, outcome, told = self._messages(question, client, language, live)
            if outcome:
                # Whoever presses a button under the answer relies on it.
                self._store.note(question.channel, question.ts, outcome)
            if messages:
                # Before it can be replied to.
                self._store.join(question)
            with stage("post"):
                answer_ts = post(
                    client,
                    question,
                    messages,
                    perhaps_posted=perhaps_posted,
                    become=live.become,
                )
            if messages:
                answer_ts = answer_ts or live.ts
            else:
                live.drop()
            done = True
            presence.clear()
            if outcome and question.surface is Surface.DIRECT and self._begins(question, outcome):
                presence.name_thread()
        # What panics in a library written in Rust is no Exception.
        except BaseException as error:
            done, told = self._apologise(question, client, error, language, live)
            presence.clear()
        if done:
            self._store.finish(question.channel, question.ts, answer_ts=answer_ts)
        else:
            self._store.let_go(question)
        milliseconds = round(1000 * (time.monotonic() - started))
        DECISIONS.labels(outcome.decision if outcome else "other").inc()
        logger.info(
            "%s in %d ms",
            told,
            milliseconds,
            extra={
                "channel": question.channel,
                "ts": question.ts,
                "surface": question.surface,
                "milliseconds": milliseconds,
                **(logged(outcome) if outcome else {}),
            },
        )

    def answer_anew(self, place: Place, user: str, text: CleanText, client: WebClient) -> None:
        """Put the answer to an edited question in the place of the one that stands."""
        stands = self.conversations.answer_ts(place)
        asked = self._store.taken(place)
        if not stands or not asked or asked.user != user or not text or talk_of(text):
            return
        if self._access.refuse(client, asked.team, place.channel, user):
            return
        question = _question(asked, text)
        with about(question):
            language = self._people.person(client, user).language
            if text.secrets:
                self._warn(question, client, language)
            answer = self.ask(question, language)
            first, *rest = render(answer, question, human=self.human)
            client.chat_update(
                channel=place.channel, ts=stands, text=first.text, blocks=list(first.blocks)
            )
            post(client, question, rest)
            self._store.note(place.channel, place.ts, outcome_of(answer))
            logger.info("Answered anew: %s", answer.decision.value)

    def recover(self, client_of: Callable[[str | None], WebClient | None]) -> None:
        """Answer what was taken on and not answered: before a crash, or while Slack was away.

        `client_of` gives the client for a workspace. What is older than ten minutes is closed
        without an answer. What still cannot be answered is in the log, and stays for the next
        time.
        """
        with self._lock:
            self._store.hold(self._in_hand)
            left_over = self._store.take_over()
            self._in_hand.update(map(_place, left_over))
        for left in left_over:
            try:
                with about(left):
                    self._recover(left, client_of(left.team))
            except Exception as error:
                logger.error(
                    "Message %s in %s cannot be answered yet: %s", left.ts, left.channel, error
                )
                with contextlib.suppress(DatabaseError):
                    if is_final(error):
                        self._store.finish(left.channel, left.ts)
                    else:
                        self._store.let_go(left)
            finally:
                with self._lock:
                    self._in_hand.discard(_place(left))

    def _recover(self, left: Unanswered, client: WebClient | None) -> None:
        question = self._recovered(left, client) if client else None
        if question is None or client is None:
            self._store.finish(left.channel, left.ts)
        else:
            logger.info("Answering message %s in %s now.", left.ts, left.channel)
            self._answer(question, client, perhaps_posted=True)

    def _messages(
        self, question: Question, client: WebClient, language: str | None, live: LiveAnswer
    ) -> tuple[list[Message], Outcome | None, str]:
        """Return what to post, what came of the question, and what to log."""
        if question.text.secrets:
            self._warn(question, client, language)
        if not self._conduct.is_heard(question):
            return [], None, "Left to people"
        refused = self._access.refuse(client, question.team, question.channel, question.user)
        if refused:
            told = f"Refused ({refused.reason.value})"
            return self._refuse(question, client, refused, language), None, told
        if question.surface is Surface.MENTION:
            self.conversations.speak_again(question)
        if not question.text:
            said = words(language)
            example = example_of(self._knowledge_base, language, question.audience)
            return [plain(said.empty_question.format(example=example))], None, "Asked back"
        talk = talk_of(question.text)
        if talk in ("stop", "no"):
            return [self._reply(question, talk, language)], None, f"Small talk ({talk})"
        answer = self.ask(question, language, live.hear)
        return self._given(question, answer, client)

    def _given(
        self, question: Question, answer: Answer, client: WebClient
    ) -> tuple[list[Message], Outcome | None, str]:
        """Return what to post of an answer, if it is to be given here."""
        told = f"{answer.decision.value} ({answer.confidence:.2f}, {answer.snapshot})"
        outcome = outcome_of(answer)
        before = self._conduct.told_before(question, answer)
        if not self._conduct.speaks(question, answer, before):
            # What people say to each other in a thread is theirs, and nothing of it is kept.
            kept = outcome if question.surface is Surface.AUTO else None
            return [], kept, f"Silent: {told}"
        if before:
            return [self._same_again(question, answer, before, client)], outcome, f"Again: {told}"
        return render(answer, question, human=self.human), outcome, told

    def _same_again(
        self, question: Question, answer: Answer, before: Told, client: WebClient
    ) -> Message:
        section = answer.citations[0]
        others = self._conduct.others(
            question.text, answer.language, question.audience, {section.section}
        )
        return same_section(
            section,
            others,
            question,
            answer.language,
            words(answer.language),
            link=permalink(client, before.channel, before.answer_ts),
            human=self.human,
        )

    def _reply(self, question: Question, talk: str, language: str | None) -> Message:
        """Return what is said to somebody who sends the bot away, or says that it is mistaken."""
        spoken = detect_language(question.text, otherwise=language or "en")
        said = words(spoken)
        if talk == "stop":
            if question.surface is Surface.DIRECT:
                return plain(said.all_right)
            self.conversations.keep_quiet(question)
            return plain(said.keep_quiet)
        before = self.conversations.last_told(question)
        if before is None:
            return plain(said.rephrase)
        self._store.rate(before.channel, before.ts, question.user, good=False)
        others = self._conduct.others(before.text, spoken, question.audience, {before.section})
        return instead(others, before, spoken, said, human=self.human)

    def ask(self, question: Question, language: str | None, progress: Progress = unheard) -> Answer:
        """Return the answer to a question, with what was asked before it in mind."""
        return self._knowledge_base.ask(
            question.text,
            language,
            before=self._store.asked_before(question),
            audience=question.audience,
            asked=question.surface != "auto",
            progress=progress,
        )

    def _warn(self, question: Question, client: WebClient, language: str | None) -> None:
        """Tell the person, and nobody else, that a secret was pasted."""
        message = secret_warning(
            self._knowledge_base, question, language, may_delete=self._may_delete
        )
        try:
            post_privately(client, question, question.user, message, answered=False)
        except SLACK_ERRORS:
            logger.exception("The warning about message %s could not be posted", question.ts)

    def _refuse(
        self, question: Question, client: WebClient, refused: Refused, language: str | None
    ) -> list[Message]:
        """Tell the person in private; return what to post for that."""
        if question.surface.unasked:
            return []
        message = plain(refused.text(words(language)))
        if question.channel.startswith("D"):
            return [message]
        post_privately(client, question, question.user, message, answered=False)
        return []

    def _begins(self, question: Question, outcome: Outcome) -> bool:
        """Whether a question is the first of its conversation; a greeting is none."""
        greets = outcome.decision == Decision.SMALL_TALK
        return not greets and self.conversations.last_asked(question) is None

    def _apologise(
        self,
        question: Question,
        client: WebClient,
        error: BaseException,
        language: str | None,
        live: LiveAnswer,
    ) -> tuple[bool, str]:
        """Return whether the apology was posted, and what to log."""
        if is_final(error):
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
            return not may_pass(error), "Silent after a failure"
        said = words(language)
        text = said.not_ready if isinstance(error, NoSnapshotError) else said.apology
        try:
            # Slack may have taken the answer, and failed only to say so.
            if is_answered(client, question):
                return True, "Answered in spite of the failure"
            post(client, question, [plain(text.format(id=question.id))], become=live.become)
        except Exception as another:
            logger.exception("The apology could not be posted either")
            return is_final(another), "Left for later"
        return True, "Apologised"

    def _recovered(self, left: Unanswered, client: WebClient) -> Question | None:
        if time.time() - left.taken_at > _RECOVERED_SECONDS:
            logger.warning("Message %s in %s is too old to answer now.", left.ts, left.channel)
            return None
        if not left.surface.has_message:
            # The answer went to a place that is gone.
            return None
        if is_answered(client, left):
            return None
        text = message_text(client, left)
        if text is None:
            return None
        return _question(left, text)


def _question(taken: Unanswered, text: CleanText) -> Question:
    """Return a question that was taken on, in the words that it has now."""
    return Question(
        channel=taken.channel,
        ts=taken.ts,
        thread_ts=taken.thread_ts,
        user=taken.user,
        text=text,
        surface=taken.surface,
        team=taken.team,
    )


def _place(place: Place) -> Place:
    """Return only the place of a question, which does not change while it is answered."""
    return Place(channel=place.channel, ts=place.ts)


def outcome_of(answer: Answer) -> Outcome:
    """Return what is remembered of an answer."""
    cited = next(iter((*answer.citations, *answer.choices, *answer.nearest)), None)
    return Outcome(
        text=answer.question,
        language=answer.language,
        decision=answer.decision.value,
        confidence=answer.confidence,
        section=cited.section if cited else None,
        snapshot=answer.snapshot,
        joined=answer.joined,
    )


def example_of(
    knowledge_base: KnowledgeBase, language: str | None, audience: Audience | None
) -> str:
    """Return something that a person may ask, in the words that the bot speaks to them."""
    spoken = "ja" if language == "ja" else "en"
    return next(iter(knowledge_base.examples(spoken, audience)), "…")


def answer_chosen(
    knowledge_base: KnowledgeBase, store: Store, at: Pointer, channel: str
) -> Answer | None:
    """Return what the section that a button names says to its question.

    None, if the guides no longer have it, or the channel may not know of it.
    """
    before = store.outcome(channel, at.ts)
    return knowledge_base.answer_from(
        at.guide,
        at.edition,
        at.anchor,
        before.text if before else redact(""),
        at.language,
        audience_of(channel),
    )


def logged(outcome: Outcome) -> dict[str, object]:
    """Return what the log may hold of an outcome: nothing that anybody wrote."""
    return {
        name: getattr(outcome, name)
        for name in ("language", "decision", "confidence", "section", "snapshot")
    }


def message_text(client: WebClient, place: Place) -> CleanText | None:
    """Return what a message says now, as the person sees it; None if it is gone."""
    message = read_message(client, place)
    return None if message is None else words_of(message)
