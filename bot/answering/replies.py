"""What the bot says to a question, by whatever way it came: the one road from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.answering.access import Access
from bot.answering.conduct import Conduct, talk_of
from bot.answering.deletion import Deletion
from bot.answering.secret_warning import secret_warning
from bot.memory.conversations import Conversations, Told
from bot.memory.store import Outcome, Store
from bot.question import Question, Surface
from bot.slack.posting import permalink
from bot.views.answer import Message, plain, render, render_privately
from bot.views.buttons import Pointer
from bot.views.talk import instead, same_section
from bot.words.catalogue import words
from kb.errors import NoSnapshotError
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Audience
from kb.progress import Progress, no_progress
from kb.question.redact import redact
from kb.text.language import detect_language


@dataclass(frozen=True)
class Reply:
    """What is said to a question: `messages` where it stands, `private` ones to the asker alone.

    `outcome` is what came of it, if anything is to be kept of it, and `log` what the log says.
    """

    log: str
    messages: Sequence[Message] = ()
    private: Sequence[Message] = ()
    outcome: Outcome | None = None


class Replies:
    """Makes replies. Threads may share it.

    `human` says whether there are humans to ask.
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
        """Return what is said to a question of somebody who speaks a language (ISO 639-1).

        Raises what KnowledgeBase.ask raises.
        """
        heard = not question.surface.has_message or self._conduct.is_heard(question)
        if not heard and not question.text.secrets:
            return Reply("Left to people")
        refused = self._access.admit_question(client, question.actor)
        if refused:
            tell = refused.text(words(language)) if heard and refused.told else None
            return self._refusal(question, f"Refused ({refused.reason.value})", tell, language)
        warning = [self._warning(question, language)] if question.text.secrets else []
        if not heard:
            return Reply("Left to people, but for a warning", private=warning)
        if question.surface is Surface.MENTION:
            self.conversations.speak_again(question)
        said = self._said(question, client, language, progress)
        return Reply(said.log, said.messages, warning, said.outcome)

    def to_failure(self, question: Question, error: BaseException, language: str | None) -> Reply:
        """Return the apology for a question that could not be answered, with an id for the log."""
        said = words(language)
        text = said.not_ready if isinstance(error, NoSnapshotError) else said.apology
        warning = [secret_warning(None, question, language)] if question.text.secrets else []
        return Reply("Apologised", [plain(text.format(id=question.id))], warning)

    def to_choice(self, at: Pointer, channel: str, *, private: bool) -> Reply | None:
        """Return the section that a button names, as the reply to its question.

        None, if the guides no longer have it, or the channel may not know of it.
        """
        answer = self.chosen(at, channel)
        if answer is None:
            return None
        draw = render_privately if private else render
        return Reply(
            "Chosen", draw(answer, at.place(channel), human=self.human), outcome=outcome_of(answer)
        )

    def chosen(self, at: Pointer, channel: str) -> Answer | None:
        """Return what the section that a button names says to its question; None as above."""
        before = self._store.outcome(channel, at.ts)
        return self._knowledge_base.answer_from(
            at.guide,
            at.edition,
            at.anchor,
            before.text if before else redact(""),
            at.language,
            at.place(channel).audience,
        )

    def example(self, language: str | None, audience: Audience | None) -> str:
        """Return something that a person may ask, in the words that the bot speaks to them."""
        spoken = "ja" if language == "ja" else "en"
        return next(iter(self._knowledge_base.examples(spoken, audience)), "…")

    def _said(
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
        """Return what to say of an answer, if it is to be given here."""
        log = f"{answer.decision.value} ({answer.confidence:.2f}, {answer.snapshot})"
        outcome = outcome_of(answer)
        if not question.surface.has_message:
            found = render_privately(answer, question, human=self.human)
            return Reply(log, found, outcome=outcome)
        before = self._conduct.told_before(question, answer)
        if not self._conduct.speaks(question, answer, before):
            # What people say to each other in a thread is theirs, and nothing of it is kept.
            kept = outcome if question.surface is Surface.AUTO else None
            return Reply(f"Silent: {log}", outcome=kept)
        if before:
            again = self._same_again(question, answer, before, client)
            return Reply(f"Again: {log}", [again], outcome=outcome)
        return Reply(log, render(answer, question, human=self.human), outcome=outcome)

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

    def _to_talk(self, question: Question, talk: str, language: str | None) -> Message:
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

    def _refusal(
        self, question: Question, log: str, text: str | None, language: str | None
    ) -> Reply:
        """Return what somebody is told who is refused, and nothing of any guide.

        That a secret was pasted is their own business, too.
        """
        told = []
        if text is not None and question.text.secrets:
            told.append(secret_warning(None, question, language))
        if text is not None and not question.surface.unasked:
            told.append(plain(text))
        # In a direct message nobody else is, and there it is the answer.
        if question.surface is Surface.DIRECT:
            return Reply(log, told)
        return Reply(log, private=told)

    def _warning(self, question: Question, language: str | None) -> Message:
        may_delete = self._deletion.is_possible(question)
        return secret_warning(self._knowledge_base, question, language, may_delete=may_delete)


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
