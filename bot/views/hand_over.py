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
from bot.views.rich_text import LONGEST_TEXT, Parts, pieces
from bot.words.words import SlackWords
from kb.model import CleanText

# https://docs.slack.dev/messaging/formatting-message-text: people, and user groups.
_PERSON = re.compile(r"[UW][A-Z0-9]{6,}")
_GROUP = re.compile(r"S[A-Z0-9]{6,}")


@dataclass(frozen=True)
class Found:
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
    found: Found,
    said: SlackWords,
    *,
    link: str | None,
    group: str,
) -> Message:
    """Return a person's question for humans: `group` is told, `link` leads to it."""
    first = [
        *([Parts.UserGroup(usergroup_id=group), Parts.Text(text=" ")] if group else []),
        Parts.User(user_id=user),
        Parts.Text(text=said.human_asks),
    ]
    below = _below(found, said)
    if link:
        below.append(Parts.Link(url=link, text=said.link_to_question))
    question: Block = RichTextBlock(
        elements=[
            RichTextSectionElement(elements=first),
            _quote(text),
            *([RichTextSectionElement(elements=below)] if below else []),
        ]
    )
    how = ContextBlock(elements=[PlainTextObject(text=said.human_how, emoji=False)])
    fallback = escape(f"{said.human_question} {text[:200]}")
    return Message(fallback, (question, resolve_button(place, said), how))


def note(
    place: Place,
    user: str,
    by: str,
    text: CleanText | None,
    said: SlackWords,
    *,
    link: str | None,
    first: bool,
) -> Message:
    """Return what the asker is told: that somebody is at it, or what they write later."""
    lead: list[RichTextElement] = [
        Parts.User(user_id=user),
        Parts.Text(text=said.human_to),
        Parts.User(user_id=by),
        Parts.Text(text=said.human_takes if first else said.human_writes),
    ]
    if link:
        lead.append(Parts.Link(url=link, text=said.link_to_thread))
    elements: list[RichTextElement] = [RichTextSectionElement(elements=lead)]
    if text:
        elements.append(_quote(text))
    blocks: list[Block] = [RichTextBlock(elements=elements)]
    if text:
        blocks.append(resolve_button(place, said))
    return Message(escape(text or said.human_answered), tuple(blocks))


def resolved_note(user: str, by: str, said: SlackWords) -> Message:
    """Return what the asker is told when a human has marked the question as resolved."""
    words = [
        Parts.User(user_id=user),
        Parts.Text(text=said.human_to),
        Parts.User(user_id=by),
        Parts.Text(text=f" {said.human_again}"),
    ]
    return _line(words, said.human_resolved)


def resolved_by_asker(user: str, said: SlackWords) -> Message:
    """Return what the humans are told when the asker has marked the question as resolved."""
    words = [Parts.User(user_id=user), Parts.Text(text=said.human_resolved_asker)]
    return _line(words, said.human_resolved)


def marked(message: dict[str, Any], mark: str, by: str, *, done: bool = False) -> Message:
    """Return a message with who has done what added to it; one that is `done` has no buttons."""
    kept = [b for b in message.get("blocks") or [] if not (done and b.get("type") == "actions")]
    words = [Parts.Text(text=f"✅ {mark}"), Parts.User(user_id=by)]
    line = RichTextBlock(elements=[RichTextSectionElement(elements=words)])
    blocks = [*(b for b in (Block.parse(each) for each in kept) if b), line]
    return Message(str(message.get("text") or ""), tuple(blocks))


def resolve_button(place: Place, said: SlackWords) -> ActionsBlock:
    """Return the button that says that a question is resolved."""
    value = f"{place.channel} {place.ts}"
    return ActionsBlock(
        elements=[ButtonElement(text=said.human_resolve, action_id=RESOLVE, value=value)]
    )


def place_to_resolve(value: object) -> Place | None:
    """Return the question that such a button names; None if no button of ours has written it."""
    channel, _, ts = str(value).partition(" ")
    return Place(channel=channel, ts=ts) if channel and ts else None


def _below(found: Found, said: SlackWords) -> list[RichTextElement]:
    parts: list[RichTextElement] = []
    if found.nothing:
        parts.append(Parts.Text(text=f"{said.human_found_nothing}\n"))
    elif found.heading:
        parts.append(Parts.Text(text=f"{said.human_found.format(found=found.heading)}\n"))
    if found.owner:
        parts += [Parts.Text(text=said.human_owner), _owner(found.owner), Parts.Text(text="\n")]
    return parts


def _owner(owner: str) -> RichTextElement:
    """Return a guide's owner: somebody in Slack where the guide names an id."""
    if _PERSON.fullmatch(owner):
        return Parts.User(user_id=owner)
    if _GROUP.fullmatch(owner):
        return Parts.UserGroup(usergroup_id=owner)
    return Parts.Text(text=owner)


def _quote(text: str) -> RichTextQuoteElement:
    quote = [Parts.Text(text=piece) for piece in pieces(text[:LONGEST_TEXT])]
    return RichTextQuoteElement(elements=quote or [Parts.Text(text="…")])


def _line(words: Sequence[RichTextElement], text: str) -> Message:
    return Message(
        escape(text), (RichTextBlock(elements=[RichTextSectionElement(elements=list(words))]),)
    )
