"""When the bot speaks in a conversation, and when it leaves people to each other.

It speaks when it was asked. In a thread, without a mention, that is when somebody goes on whom it
answered before, or asks plainly about another problem; and only until people talk among
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
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Audience, Citation, CleanText, Decision, by_problem
from kb.question.follow_up import asked_part
from kb.question.small_talk import small_talk

# Where nobody has asked the bot, it speaks only when it is this sure.
_SURE_UNASKED = 0.8
_MAX_OTHERS = 3
# Signs that are longer were pasted, and whoever did that to the bot hears of it.
_MAX_REACTION_CHARS = 80


class Conduct:
    """The bot's manners. Threads may share it."""

    def __init__(self, knowledge_base: KnowledgeBase, conversations: Conversations) -> None:
        self._knowledge_base = knowledge_base
        self._conversations = conversations

    def may_be_for_bot(self, question: Question) -> bool:
        """Whether a message may be for the bot, before it is looked for in the guides."""
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
            self._conversations.keep_quiet(question)
        return False

    def should_answer(self, question: Question, answer: Answer, before: PriorAnswer | None) -> bool:
        """Whether an answer is to be given; `told` is where its section was given before."""
        sure = answer.decision is Decision.ANSWER and answer.confidence >= _SURE_UNASKED
        match question.surface:
            case Surface.AUTO:
                return sure
            case Surface.THREAD if self._conversations.has_asked(question):
                return self._goes_on(question, answer, before)
            case Surface.THREAD:
                is_new = sure and not answer.joined and before is None
                if not is_new:
                    self._conversations.keep_quiet(question)
                return is_new
            case _:
                return True

    def prior_answer(self, question: Question, answer: Answer) -> PriorAnswer | None:
        """Return where in the conversation an answer's section was given before, if it was.

        Another part of the same problem, such as its cause, was not.
        """
        problems = by_problem(answer.citations)
        if answer.decision is not Decision.ANSWER or len(problems) != 1:
            return None
        if answer.joined and asked_part(question.text):
            return None
        return self._conversations.answered_with(question, problems[0].section)

    def alternatives(
        self, text: CleanText, language: str | None, audience: Audience, without: Set[str]
    ) -> list[Citation]:
        """Return the problems that come nearest to a question, but for some ("guide#anchor")."""
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
        """Whether whoever asked before says something that the bot can go on with."""
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
        """Return how much of a message no guide speaks of, such as lunch."""
        return self._knowledge_base.index().unknown_terms(text, language)


def talk_of(text: CleanText) -> str | None:
    """Return what a message says that asks nothing: "thanks", "stop", "no", "fine" and others."""
    return small_talk(without_emoji(text))
