"""What the bot says that is no answer: where it said the same before, and what else there is."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextElement, RichTextSectionElement

from bot.question import Place
from bot.views.answer import Message, escape
from bot.views.buttons import Pointer, choices, under_answer
from bot.views.rich_text import Parts, paragraph
from bot.words.words import SlackWords
from kb.model import Citation, Span


def same_section(
    section: Citation,
    others: Sequence[Citation],
    place: Place,
    language: str,
    said: SlackWords,
    *,
    link: str | None,
    human: bool,
) -> Message:
    """Return that the answer is the section given before, and what else comes into question.

    `place` is the question's, `link` leads to where the section was given.
    """
    at = Pointer(ts=place.ts, thread_ts=place.thread_ts, language=language)
    first: list[RichTextElement] = [
        Parts.Text(text=said.same_section),
        Parts.Text(text=section.place),
    ]
    if link:
        first += [Parts.Text(text=" "), Parts.Link(url=link, text=said.see_above)]
    blocks: list[Block] = [RichTextBlock(elements=[RichTextSectionElement(elements=first)])]
    if others:
        blocks += _others(said.what_else, others, at)
    blocks += under_answer(at, [section], said, human=human, rated=False)
    return Message(escape(f"{said.same_section}{section.place}"), tuple(blocks))


def answered_before(link: str, said: SlackWords) -> Message:
    """Return that a message was answered, and where."""
    words: list[RichTextElement] = [
        Parts.Text(text=said.answered_before),
        Parts.Link(url=link, text=said.see_answer),
    ]
    block = RichTextBlock(elements=[RichTextSectionElement(elements=words)])
    return Message(escape(said.answered_before), (block,))


def instead(
    others: Sequence[Citation], place: Place, language: str, said: SlackWords, *, human: bool
) -> Message:
    """Return what to offer to somebody whose question at `place` was answered wrongly."""
    at = Pointer(ts=place.ts, thread_ts=place.thread_ts, language=language)
    lead = said.not_that if others else f"{said.nothing_closer} {said.rephrase}"
    blocks = _others(lead, others, at)
    if human:
        blocks += under_answer(at, (), said, human=True, rated=False)
    return Message(escape(lead), tuple(blocks))


def _others(lead: str, others: Sequence[Citation], at: Pointer) -> list[Block]:
    return [RichTextBlock(elements=paragraph([Span(text=lead)])), *choices(at, others)]
