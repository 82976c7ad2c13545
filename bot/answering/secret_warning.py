"""The warning to someone who has pasted a secret."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, RichTextBlock

from bot.question import Question
from bot.views.answer import render
from bot.views.buttons import DELETE, ButtonTarget, one_button
from bot.views.message import Message, plain
from bot.views.rich_text import paragraph
from bot.views.shorten import without_explanation
from bot.words.catalogue import words
from kb.errors import GuidebotError
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision, Span
from kb.question.redact import redact
from kb.words.catalogue import secret_names

# The question that finds the guides' steps for replacing a key.
_HOW_TO_REPLACE = {
    "ja": "鍵やパスワードが漏れてしまったので、無効にして新しいものに取り替えたい",
    "en": "my key or password has leaked, how do I deactivate and replace it",
}


def secret_warning(
    knowledge_base: KnowledgeBase | None,
    question: Question,
    language: str | None,
    *,
    may_delete: bool = False,
) -> Message:
    """Return the warning, with the guides' steps for replacing a key if they have any.

    Pass no knowledge base for someone who may not see the guides.
    """
    spoken = "ja" if language == "ja" else "en"
    strings = words(spoken)
    warning = strings.secret_pasted.format(kinds=secret_names(question.text.secrets, spoken))
    text = plain(warning).text
    blocks: list[Block] = [RichTextBlock(elements=paragraph([Span(text=warning, bold=True)]))]
    if may_delete:
        target = ButtonTarget(ts=question.ts, thread_ts=question.thread_ts, language=spoken)
        blocks.append(one_button(DELETE, strings.delete_message, target, style="danger"))
    steps = _how_to_replace(knowledge_base, question, language, spoken) if knowledge_base else None
    if steps:
        blocks += steps.blocks
        text = f"{text}\n{steps.text}"
    return Message(text, tuple(blocks))


def _how_to_replace(
    knowledge_base: KnowledgeBase, question: Question, language: str | None, spoken: str
) -> Message | None:
    try:
        answer = knowledge_base.ask(
            redact(_HOW_TO_REPLACE[spoken]), language, audience=question.audience
        )
    except GuidebotError:
        return None
    if answer.decision is not Decision.ANSWER:
        return None
    return render(without_explanation(answer))[0]
