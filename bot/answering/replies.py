"""The bot's reply to a question: one code path for all surfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.answering.access import Access
from bot.answering.conduct import Conduct, talk_of
from bot.answering.deletion import Deletion
from bot.answering.secret_warning import secret_warning
from bot.memory.conversations import Conversations, PriorAnswer
from bot.memory.store import Outcome, Store
from bot.question import Question, Surface
from bot.slack.posting import permalink
from bot.views.answer import render, render_privately
from bot.views.buttons import ButtonTarget
from bot.views.message import Message, plain
from bot.views.talk import alternatives_message, same_section
from bot.words.catalogue import words
from kb.errors import NoSnapshotError
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Audience
from kb.progress import Progress, no_progress
from kb.question.redact import redact
from kb.text.language import detect_language


@dataclass(frozen=True)
class Reply:
    """A reply: `messages` where the question was asked, `private` ones for the asker alone.

    `outcome` is what to remember of it, if anything, and `log` its summary for the log.
    """

    log: str
    messages: Sequence[Message] = ()
    private: Sequence[Message] = ()
    outcome: Outcome | None = None


class Replies:
    """Makes replies. Thread-safe.

    `human` says whether questions can be escalated.
    """

    def __init__(
        self,
        knowledge_base: KnowledgeBase,
        store: Store,
        access: Access,
        deletion: Deletion,
        *,
        human: bool = False,
    ) -> None:
        self._knowledge_base = knowledge_base
        self._store = store
        self._access = access
        self.conversations = Conversations(store)
        self._conduct = Conduct(knowledge_base, self.conversations)
        self.human = human
        self._deletion = deletion

    def to(
        self,
        question: Question,
        client: WebClient,
        language: str | None,
        progress: Progress = no_progress,
    ) -> Reply:
        """Return the reply to a question; `language` (ISO 639-1) is the asker's.

        Raises what KnowledgeBase.ask raises.
        """
        heard = not question.surface.has_message or self._conduct.may_be_for_bot(question)
        if not heard and not question.text.secrets:
            return Reply("Left to people")
        refused = self._access.admit_question(client, question.actor)
        if refused:
            tell = refused.text(words(language)) if heard and refused.notify else None
            return self._refusal(question, f"Refused ({refused.reason.value})", tell, language)
        warning = [self._warning(question, language)] if question.text.secrets else []
        if not heard:
            return Reply("Left to people, but for a warning", private=warning)
        if question.surface is Surface.MENTION:
            self.conversations.unmute(question)
        reply = self._reply(question, client, language, progress)
        return Reply(reply.log, reply.messages, warning, reply.outcome)

    def to_failure(self, question: Question, error: BaseException, language: str | None) -> Reply:
        """Return an apology for a question that could not be answered, with its id in the log."""
        strings = words(language)
        text = strings.not_ready if isinstance(error, NoSnapshotError) else strings.apology
        warning = [secret_warning(None, question, language)] if question.text.secrets else []
        return Reply("Apologised", [plain(text.format(id=question.id))], warning)

    def to_choice(self, target: ButtonTarget, channel: str, *, private: bool) -> Reply | None:
        """Return the section that a button refers to, as the reply to its question.

        None if the guides no longer have it, or the channel may not see it.
        """
        answer = self.chosen(target, channel)
        if answer is None:
            return None
        draw = render_privately if private else render
        return Reply(
            "Chosen",
            draw(answer, target.place(channel), human=self.human),
            outcome=answer_outcome(answer),
        )

    def chosen(self, target: ButtonTarget, channel: str) -> Answer | None:
        """Return the answer from the section that a button refers to; None as for `to_choice`."""
        before = self._store.outcome(channel, target.ts)
        return self._knowledge_base.answer_from(
            target.guide,
            target.edition,
            target.anchor,
            before.text if before else redact(""),
            target.language,
            target.place(channel).audience,
        )

    def example(self, language: str | None, audience: Audience | None) -> str:
        """Return an example question in the language the bot uses with a person."""
        spoken = "ja" if language == "ja" else "en"
        return next(iter(self._knowledge_base.examples(spoken, audience)), "…")

    def _reply(
        self, question: Question, client: WebClient, language: str | None, progress: Progress
    ) -> Reply:
        if not question.text:
            example = self.example(language, question.audience)
            text = words(language).empty_question.format(example=example)
            return Reply("Asked back", [plain(text)])
        talk = talk_of(question.text)
        if talk in ("stop", "no") and question.surface.has_message:
            return Reply(f"Small talk ({talk})", [self._to_talk(question, talk, language)])
        answer = self._knowledge_base.ask(
            question.text,
            language,
            before=self._store.asked_before(question),
            audience=question.audience,
            asked=question.surface is not Surface.AUTO,
            progress=progress,
        )
        return self._given(question, answer, client)

    def _given(self, question: Question, answer: Answer, client: WebClient) -> Reply:
        """Return the reply with an answer, if it should be given here."""
        log = f"{answer.decision.value} ({answer.confidence:.2f}, {answer.snapshot})"
        outcome = answer_outcome(answer)
        if not question.surface.has_message:
            found = render_privately(answer, question, human=self.human)
            return Reply(log, found, outcome=outcome)
        before = self._conduct.prior_answer(question, answer)
        if not self._conduct.should_answer(question, answer, before):
            # What people say to each other in a thread is private, and not stored.
            kept = outcome if question.surface is Surface.AUTO else None
            return Reply(f"Silent: {log}", outcome=kept)
        if before:
            again = self._same_again(question, answer, before, client)
            return Reply(f"Again: {log}", [again], outcome=outcome)
        return Reply(log, render(answer, question, human=self.human), outcome=outcome)

    def _same_again(
        self, question: Question, answer: Answer, before: PriorAnswer, client: WebClient
    ) -> Message:
        section = answer.citations[0]
        alternatives = self._conduct.alternatives(
            question.text, answer.language, question.audience, {section.section}
        )
        return same_section(
            section,
            alternatives,
            question,
            answer.language,
            words(answer.language),
            link=permalink(client, before.channel, before.answer_ts),
            human=self.human,
        )

    def _to_talk(self, question: Question, talk: str, language: str | None) -> Message:
        """Reply to someone who sends the bot away, or says that its answer was wrong."""
        spoken = detect_language(question.text, otherwise=language or "en")
        strings = words(spoken)
        if talk == "stop":
            if question.surface is Surface.DIRECT:
                return plain(strings.all_right)
            self.conversations.mute(question)
            return plain(strings.keep_quiet)
        before = self.conversations.last_answer(question)
        if before is None:
            return plain(strings.rephrase)
        self._store.rate(before.channel, before.ts, question.user, good=False)
        alternatives = self._conduct.alternatives(
            before.text, spoken, question.audience, {before.section}
        )
        return alternatives_message(alternatives, before, spoken, strings, human=self.human)

    def _refusal(
        self, question: Question, log: str, text: str | None, language: str | None
    ) -> Reply:
        """Return the reply to someone who is refused, disclosing nothing from the guides.

        A warning about a pasted secret goes to the asker alone.
        """
        messages = []
        if text is not None and question.text.secrets:
            messages.append(secret_warning(None, question, language))
        if text is not None and not question.surface.unasked:
            messages.append(plain(text))
        # A direct message is private already.
        if question.surface is Surface.DIRECT:
            return Reply(log, messages)
        return Reply(log, private=messages)

    def _warning(self, question: Question, language: str | None) -> Message:
        may_delete = self._deletion.can_delete(question)
        return secret_warning(self._knowledge_base, question, language, may_delete=may_delete)


def answer_outcome(answer: Answer) -> Outcome:
    """Return what to remember of an answer."""
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
