"""Messages of a hand-over: the question as posted for humans, and the notes to the asker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    RichTextBlock,
    RichTextElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.question import Place
from bot.views.buttons import RESOLVE
from bot.views.message import Message, context_block, escape
from bot.views.rich_text import MAX_TEXT_CHARS, Inline, pieces
from bot.words.words import SlackWords
from kb.model import CleanText

# https://docs.slack.dev/messaging/formatting-message-text: people, and user groups.
_PERSON = re.compile(r"[UW][A-Z0-9]{6,}")
_GROUP = re.compile(r"S[A-Z0-9]{6,}")
# Characters of the question in a notification; chosen by hand.
_MAX_FALLBACK_CHARS = 200


@dataclass(frozen=True)
class EscalationContext:
    """What the bot itself found for a question: nothing, or a section; and its guide's owner.

    Both are empty if that is unknown or must not be disclosed.
    """

    nothing: bool = False
    heading: str | None = None
    owner: str | None = None


def question_for_humans(
    place: Place,
    user: str,
    text: CleanText,
    context: EscalationContext,
    strings: SlackWords,
    *,
    link: str | None,
    group: str,
) -> Message:
    """Return a question for humans, which notifies `group` and links back to the question."""
    first = [
        *([Inline.UserGroup(usergroup_id=group), Inline.Text(text=" ")] if group else []),
        Inline.User(user_id=user),
        Inline.Text(text=strings.human_asks),
    ]
    below = _below(context, strings)
    if link:
        below.append(Inline.Link(url=link, text=strings.link_to_question))
    question: Block = RichTextBlock(
        elements=[
            RichTextSectionElement(elements=first),
            _quote(text),
            *([RichTextSectionElement(elements=below)] if below else []),
        ]
    )
    how = context_block(strings.human_how)
    fallback = escape(f"{strings.human_question} {text[:_MAX_FALLBACK_CHARS]}")
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
    """Return the note to the asker: someone has taken the question on, or has replied."""
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
    """Return the note to the asker when a human has marked the question as resolved."""
    words = [
        Inline.User(user_id=user),
        Inline.Text(text=strings.human_to),
        Inline.User(user_id=by),
        Inline.Text(text=f" {strings.human_again}"),
    ]
    return _line(words, strings.human_resolved)


def resolved_by_asker(user: str, strings: SlackWords) -> Message:
    """Return the note to the humans when the asker has marked the question as resolved."""
    words = [Inline.User(user_id=user), Inline.Text(text=strings.human_resolved_asker)]
    return _line(words, strings.human_resolved)


def with_mark(message: dict[str, Any], mark: str, by: str, *, done: bool = False) -> Message:
    """Add a line saying who did what to a message; once `done`, its buttons are removed."""
    kept = [b for b in message.get("blocks") or [] if not (done and b.get("type") == "actions")]
    words = [Inline.Text(text=f"✅ {mark}"), Inline.User(user_id=by)]
    line = RichTextBlock(elements=[RichTextSectionElement(elements=words)])
    blocks = [*(b for b in (Block.parse(each) for each in kept) if b), line]
    return Message(str(message.get("text") or ""), tuple(blocks))


def resolve_button(place: Place, strings: SlackWords) -> ActionsBlock:
    """Return the button that marks a question as resolved."""
    value = f"{place.channel} {place.ts}"
    return ActionsBlock(
        elements=[ButtonElement(text=strings.human_resolve, action_id=RESOLVE, value=value)]
    )


def place_to_resolve(value: object) -> Place | None:
    """Parse such a button's value; None if it is not one of ours."""
    channel, _, ts = str(value).partition(" ")
    return Place(channel=channel, ts=ts) if channel and ts else None


def _below(context: EscalationContext, strings: SlackWords) -> list[RichTextElement]:
    parts: list[RichTextElement] = []
    if context.nothing:
        parts.append(Inline.Text(text=f"{strings.human_found_nothing}\n"))
    elif context.heading:
        parts.append(Inline.Text(text=f"{strings.human_found.format(found=context.heading)}\n"))
    if context.owner:
        parts += [
            Inline.Text(text=strings.human_owner),
            _owner(context.owner),
            Inline.Text(text="\n"),
        ]
    return parts


def _owner(owner: str) -> RichTextElement:
    """Return a guide's owner, as a mention if the guide gives a Slack id."""
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
