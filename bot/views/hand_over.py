"""What a hand-over looks like: the question as humans get it, and the notes to the asker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.question import Place
from bot.views.answer import Message, escape
from bot.views.buttons import RESOLVE
from bot.views.rich_text import MAX_TEXT_CHARS, Inline, pieces
from bot.words.words import SlackWords
from kb.model import CleanText

# https://docs.slack.dev/messaging/formatting-message-text: people, and user groups.
_PERSON = re.compile(r"[UW][A-Z0-9]{6,}")
_GROUP = re.compile(r"S[A-Z0-9]{6,}")


@dataclass(frozen=True)
class EscalationContext:
    """What the bot itself found for a question: nothing, or a section; and its guide's owner.

    Where it is not known what the bot found, or not to be told, there is neither.
    """

    nothing: bool = False
    heading: str | None = None
    owner: str | None = None


def question_for_humans(
    place: Place,
    user: str,
    text: CleanText,
    found: EscalationContext,
    strings: SlackWords,
    *,
    link: str | None,
    group: str,
) -> Message:
    """Return a person's question for humans: `group` is told, `link` leads to it."""
    first = [
        *([Inline.UserGroup(usergroup_id=group), Inline.Text(text=" ")] if group else []),
        Inline.User(user_id=user),
        Inline.Text(text=strings.human_asks),
    ]
    below = _below(found, strings)
    if link:
        below.append(Inline.Link(url=link, text=strings.link_to_question))
    question: Block = RichTextBlock(
        elements=[
            RichTextSectionElement(elements=first),
            _quote(text),
            *([RichTextSectionElement(elements=below)] if below else []),
        ]
    )
    how = ContextBlock(elements=[PlainTextObject(text=strings.human_how, emoji=False)])
    fallback = escape(f"{strings.human_question} {text[:200]}")
    return Message(fallback, (question, resolve_button(place, strings), how))


def note(
    place: Place,
    user: str,
    by: str,
    text: CleanText | None,
    strings: SlackWords,
    *,
    link: str | None,
    first: bool,
) -> Message:
    """Return what the asker is told: that somebody is at it, or what they write later."""
    lead: list[RichTextElement] = [
        Inline.User(user_id=user),
        Inline.Text(text=strings.human_to),
        Inline.User(user_id=by),
        Inline.Text(text=strings.human_takes if first else strings.human_writes),
    ]
    if link:
        lead.append(Inline.Link(url=link, text=strings.link_to_thread))
    elements: list[RichTextElement] = [RichTextSectionElement(elements=lead)]
    if text:
        elements.append(_quote(text))
    blocks: list[Block] = [RichTextBlock(elements=elements)]
    if text:
        blocks.append(resolve_button(place, strings))
    return Message(escape(text or strings.human_answered), tuple(blocks))


def resolved_note(user: str, by: str, strings: SlackWords) -> Message:
    """Return what the asker is told when a human has marked the question as resolved."""
    words = [
        Inline.User(user_id=user),
        Inline.Text(text=strings.human_to),
        Inline.User(user_id=by),
        Inline.Text(text=f" {strings.human_again}"),
    ]
    return _line(words, strings.human_resolved)


def resolved_by_asker(user: str, strings: SlackWords) -> Message:
    """Return what the humans are told when the asker has marked the question as resolved."""
    words = [Inline.User(user_id=user), Inline.Text(text=strings.human_resolved_asker)]
    return _line(words, strings.human_resolved)


def marked(message: dict[str, Any], mark: str, by: str, *, done: bool = False) -> Message:
    """Return a message with who has done what added to it; one that is `done` has no buttons."""
    kept = [b for b in message.get("blocks") or [] if not (done and b.get("type") == "actions")]
    words = [Inline.Text(text=f"✅ {mark}"), Inline.User(user_id=by)]
    line = RichTextBlock(elements=[RichTextSectionElement(elements=words)])
    blocks = [*(b for b in (Block.parse(each) for each in kept) if b), line]
    return Message(str(message.get("text") or ""), tuple(blocks))


def resolve_button(place: Place, strings: SlackWords) -> ActionsBlock:
    """Return the button that says that a question is resolved."""
    value = f"{place.channel} {place.ts}"
    return ActionsBlock(
        elements=[ButtonElement(text=strings.human_resolve, action_id=RESOLVE, value=value)]
    )


def place_to_resolve(value: object) -> Place | None:
    """Return the question that such a button names; None if no button of ours has written it."""
    channel, _, ts = str(value).partition(" ")
    return Place(channel=channel, ts=ts) if channel and ts else None


def _below(found: EscalationContext, strings: SlackWords) -> list[RichTextElement]:
    parts: list[RichTextElement] = []
    if found.nothing:
        parts.append(Inline.Text(text=f"{strings.human_found_nothing}\n"))
    elif found.heading:
        parts.append(Inline.Text(text=f"{strings.human_found.format(found=found.heading)}\n"))
    if found.owner:
        parts += [
            Inline.Text(text=strings.human_owner),
            _owner(found.owner),
            Inline.Text(text="\n"),
        ]
    return parts


def _owner(owner: str) -> RichTextElement:
    """Return a guide's owner: somebody in Slack where the guide names an id."""
    if _PERSON.fullmatch(owner):
        return Inline.User(user_id=owner)
    if _GROUP.fullmatch(owner):
        return Inline.UserGroup(usergroup_id=owner)
    return Inline.Text(text=owner)


def _quote(text: str) -> RichTextQuoteElement:
    quote = [Inline.Text(text=piece) for piece in pieces(text[:MAX_TEXT_CHARS])]
    return RichTextQuoteElement(elements=quote or [Inline.Text(text="…")])


def _line(words: Sequence[RichTextElement], text: str) -> Message:
    return Message(
        escape(text), (RichTextBlock(elements=[RichTextSectionElement(elements=list(words))]),)
    )
