"""When the bot replies in a conversation, and when it leaves people to each other.

It replies when asked. In a thread, without a mention, that means someone it has answered before
follows up, or someone clearly asks about another problem; and only until people talk among
themselves there.
"""

from __future__ import annotations

from collections.abc import Set

from bot.answering.reading import (
    addresses_everyone,
    addresses_someone,
    is_full_question,
    is_question,
    is_wordless,
    without_emoji,
)
from bot.memory.conversations import Conversations, PriorAnswer
from bot.question import Question, Surface
from kb.answer.compose import cite_problem
from kb.answer.decide import CHOICES
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Audience, Citation, CleanText, Decision, by_problem
from kb.question.follow_up import asked_role
from kb.question.small_talk import small_talk

# Nobody asked the bot, so a wrong answer costs more than silence. Confidence is a calibrated
# probability: at most one in five such answers may be wrong.
_SURE_UNASKED = 0.8
# As many as are offered when the bot is unsure.
_MAX_OTHERS = CHOICES
# Longer ones were pasted, and whoever pastes into a message to the bot gets a reply.
_MAX_REACTION_CHARS = 80


class Conduct:
    """Decides whether to reply. Thread-safe."""

    def __init__(self, knowledge_base: KnowledgeBase, conversations: Conversations) -> None:
        self._knowledge_base = knowledge_base
        self._conversations = conversations

    def may_be_for_bot(self, question: Question) -> bool:
        """Whether a message may be for the bot, judged before the guides are searched."""
        text = question.text
        reacts = is_wordless(text) and (
            question.surface.unasked or len(text) <= _MAX_REACTION_CHARS
        )
        if text and (reacts or talk_of(text) == "fine"):
            return False
        if question.surface is not Surface.THREAD:
            return True
        if not self._conversations.listens(question.channel, str(question.thread_ts)):
            return False
        if self._conversations.has_asked(question):
            return not addresses_everyone(text)
        if text and is_question(text) and not addresses_someone(text):
            return True
        if talk_of(text) is None:
            self._conversations.mute(question)
        return False

    def should_answer(self, question: Question, answer: Answer, before: PriorAnswer | None) -> bool:
        """Whether to give an answer; `before` is where its section was given before."""
        sure = answer.decision is Decision.ANSWER and answer.confidence >= _SURE_UNASKED
        match question.surface:
            case Surface.AUTO:
                return sure
            case Surface.THREAD if self._conversations.has_asked(question):
                return self._goes_on(question, answer, before)
            case Surface.THREAD:
                is_new = sure and not answer.joined and before is None
                if not is_new:
                    self._conversations.mute(question)
                return is_new
            case _:
                return True

    def prior_answer(self, question: Question, answer: Answer) -> PriorAnswer | None:
        """Return where in the conversation an answer's section was given before, if anywhere.

        A question about another part of the same problem, such as its cause, is a new one.
        """
        problems = by_problem(answer.citations)
        if answer.decision is not Decision.ANSWER or len(problems) != 1:
            return None
        if answer.joined and asked_role(question.text):
            return None
        return self._conversations.answered_with(question, problems[0].section)

    def alternatives(
        self, text: CleanText, language: str | None, audience: Audience, without: Set[str]
    ) -> list[Citation]:
        """Return the problems closest to a question, except those in `without` ("guide#anchor")."""
        found = self._knowledge_base.find(text, language, audience=audience)
        index = found.index
        citations = [
            cite_problem(
                index.problem(hit.section),
                index.snapshot.guides[index.snapshot.section(hit.section).guide],
                index.snapshot.name,
            )
            for hit in found.hits[: _MAX_OTHERS + len(without)]
        ]
        return [each for each in citations if each.section not in without][:_MAX_OTHERS]

    def _goes_on(self, question: Question, answer: Answer, before: PriorAnswer | None) -> bool:
        """Whether a message of someone the bot has answered is a follow-up for it."""
        text = question.text
        match answer.decision:
            case Decision.ANSWER if before or answer.joined:
                return is_question(text) and not self._unknown(text, answer.language)
            case Decision.ANSWER:
                return is_question(text) or answer.confidence >= _SURE_UNASKED
            case Decision.CHOOSE:
                return is_question(text)
            case Decision.NOT_COVERED:
                return is_full_question(text)
            case _:
                return answer.talk in ("help", "thanks")

    def _unknown(self, text: CleanText, language: str) -> int:
        """Count the terms of a message that occur in no guide, such as "lunch"."""
        return self._knowledge_base.index().unknown_terms(text, language)


def talk_of(text: CleanText) -> str | None:
    """Return the kind of small talk a message is ("thanks", "stop", "no", "fine"...), if any."""
    return small_talk(without_emoji(text))
