"""Replies other than answers: a pointer to an earlier answer, or alternatives to a wrong one."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextElement, RichTextSectionElement

from bot.question import Place
from bot.views.buttons import ButtonTarget, choices, under_answer
from bot.views.message import Message, escape
from bot.views.rich_text import Inline, paragraph
from bot.words.words import SlackWords
from kb.model import Citation, Span


def same_section(
    section: Citation,
    others: Sequence[Citation],
    place: Place,
    language: str,
    strings: SlackWords,
    *,
    link: str | None,
    human: bool,
) -> Message:
    """Return a reply that the section was given before, and offers alternatives.

    `place` is the question's; `link` leads to the earlier answer.
    """
    target = ButtonTarget(ts=place.ts, thread_ts=place.thread_ts, language=language)
    first: list[RichTextElement] = [
        Inline.Text(text=strings.same_section),
        Inline.Text(text=section.breadcrumb),
    ]
    if link:
        first += [Inline.Text(text=" "), Inline.Link(url=link, text=strings.see_above)]
    blocks: list[Block] = [RichTextBlock(elements=[RichTextSectionElement(elements=first)])]
    if others:
        blocks += _others(strings.what_else, others, target)
    blocks += under_answer(target, [section], strings, human=human, rated=False)
    return Message(escape(f"{strings.same_section}{section.breadcrumb}"), tuple(blocks))


def answered_before(link: str, strings: SlackWords) -> Message:
    """Return a reply that a message was answered before, with a link."""
    words: list[RichTextElement] = [
        Inline.Text(text=strings.answered_before),
        Inline.Link(url=link, text=strings.see_answer),
    ]
    block = RichTextBlock(elements=[RichTextSectionElement(elements=words)])
    return Message(escape(strings.answered_before), (block,))


def alternatives_message(
    others: Sequence[Citation], place: Place, language: str, strings: SlackWords, *, human: bool
) -> Message:
    """Return alternatives for someone whose question at `place` was answered wrongly."""
    target = ButtonTarget(ts=place.ts, thread_ts=place.thread_ts, language=language)
    lead = strings.not_that if others else f"{strings.nothing_closer} {strings.rephrase}"
    blocks = _others(lead, others, target)
    if human:
        blocks += under_answer(target, (), strings, human=True, rated=False)
    return Message(escape(lead), tuple(blocks))


def _others(lead: str, others: Sequence[Citation], target: ButtonTarget) -> list[Block]:
    return [RichTextBlock(elements=paragraph([Span(text=lead)])), *choices(target, others)]
