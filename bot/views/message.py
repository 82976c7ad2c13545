"""A message to post in Slack, and what the views make one from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ContextBlock, PlainTextObject
from slack_sdk.models.blocks.block_elements import UrlSourceElement

from bot.limits import UPDATE_TEXT_CHARS
from bot.views.rich_text import shortened, text_block

MAX_FALLBACK_CHARS = UPDATE_TEXT_CHARS - 1000
"""A margin below what chat.update takes, since a message's text may become an update."""

MAX_CONTEXT_CHARS = 2000
"""Longer lines are not read; the section is one click away."""


@dataclass(frozen=True)
class Message:
    """One message: `text` is what notifications and screen readers get, escaped.

    `sources` are the web pages it cites, which Slack shows by themselves in a task card.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    sources: tuple[UrlSourceElement, ...] = ()


def plain(text: str) -> Message:
    """Return a message with the bot's own words, free of markup."""
    return Message(escape(text), (text_block(text),))


def escape(text: str) -> str:
    """Escape a text, so that Slack shows it literally: no mention, link or channel.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fallback_text(text: str) -> str:
    """Escape a text, cut so that it also fits into an update."""
    kept = shortened(text, MAX_FALLBACK_CHARS)
    while len(escape(kept)) > MAX_FALLBACK_CHARS:
        kept = shortened(kept, len(kept) - (len(escape(kept)) - MAX_FALLBACK_CHARS) // 4 - 1)
    return escape(kept)


def context_block(text: str) -> ContextBlock:
    """Return a text as a line of small print, free of markup, cut to what is read."""
    short = shortened(text, MAX_CONTEXT_CHARS)
    return ContextBlock(elements=[PlainTextObject(text=short, emoji=False)])


def texts_of(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the text in blocks."""
    waiting: list[object] = [block.to_dict() for block in reversed(list(blocks))]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("text"), str) and value.get("type") != "mrkdwn":
                yield value["text"]
            waiting.append(value.get("text"))
            waiting.append(value.get("elements"))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
