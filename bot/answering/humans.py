"""Questions that go on to a human, and the note to the person when one takes them on."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.memory.store import Escalation, Outcome, Store
from bot.slack.errors import NOT_THERE, SLACK_ERRORS, error_code
from bot.slack.posting import permalink, say
from bot.views.answer import Message, escape, plain
from bot.views.buttons import Pointer
from bot.views.rich_text import LONGEST_TEXT, Parts, pieces
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.model import CleanText, Decision

# Words, and a file that may have words with it.
_REPLIES = (None, "file_share")

logger = logging.getLogger(__name__)


class Humans:
    """Passes questions on to a channel where people answer. Without a channel, it does nothing."""

    def __init__(self, store: Store, channel: str, group: str) -> None:
        self._store = store
        self._channel = channel
        self._group = group

    @property
    def channel(self) -> str:
        """The channel's id; empty if questions cannot be passed on."""
        return self._channel

    def pass_on(
        self,
        client: WebClient,
        at: Pointer,
        channel: str,
        user: str,
        text: CleanText,
        tell: Callable[[Message], None],
        outcome: Outcome | None = None,
        found: str | None = None,
    ) -> None:
        """Post a person's question for humans, once, and tell the person.

        `outcome` is what came of it, if that is known; `found` is the heading of the section
        that the bot answered with, if it did.
        """
        said = words(at.language)
        place = at.place(channel)
        if not self._channel or not self._store.escalate(place, user, self._channel):
            tell(plain(said.human_asked_before))
            return
        try:
            link = None if place.is_call else permalink(client, channel, at.ts)
            message = self._message(user, text, link, _result(outcome, found, said), said)
            posted = say(client, self._channel, message)
        except SLACK_ERRORS:
            id = secrets.token_hex(4)
            logger.exception("Failure %s: a question could not be passed on to a human", id)
            self._store.escalated_to(channel, at.ts, None)
            tell(plain(said.human_failed.format(id=id)))
            return
        self._store.escalated_to(channel, at.ts, posted)
        tell(plain(said.human_asked))

    def is_reply(self, event: Mapping[str, Any]) -> bool:
        """Whether a message is somebody else's reply to a question posted for humans."""
        thread = event.get("thread_ts")
        if not self._channel or event.get("channel") != self._channel:
            return False
        if not thread or thread == event.get("ts") or not event.get("user"):
            return False
        if event.get("bot_id") or event.get("subtype") not in _REPLIES:
            return False
        asked = self._store.passed_on(self._channel, str(thread))
        return asked is not None and asked.user != event["user"]

    def answered(
        self, client: WebClient, channel: str, ts: str, by: str, text: CleanText | None = None
    ) -> None:
        """Tell the person that a human takes care of the question posted at `ts`, and how.

        Without words, as of a reaction, the person is told once.
        """
        asked = self._store.passed_on(channel, ts) if channel == self._channel else None
        if asked is None or asked.user == by:
            return
        first = self._store.answered_by_human(channel, ts, by) is not None
        if not first and not text:
            return
        outcome = self._store.outcome(asked.channel, asked.ts)
        said = words(outcome.language if outcome else "en")
        try:
            block = _note(said, asked.user, by, permalink(client, channel, ts), text, first=first)
            self._tell(client, asked, Message(escape(text or said.human_answered), (block,)))
            if first:
                self._mark(client, asked, by, said)
        except SLACK_ERRORS:
            logger.exception("The note about question %s could not be posted", asked.ts)

    def _tell(self, client: WebClient, asked: Escalation, note: Message) -> None:
        """Post a note where a person asked, or to them where nobody else saw the question."""
        if not asked.is_call:
            try:
                say(client, asked.channel, note, asked.thread_ts or asked.ts)
                return
            except SlackApiError as error:
                if error_code(error) not in NOT_THERE:
                    raise
        say(client, asked.user, note)

    def _mark(self, client: WebClient, taken: Escalation, by: str, said: SlackWords) -> None:
        """Add to the posted question who takes care of it."""
        history = client.conversations_replies(
            channel=taken.to_channel, ts=str(taken.to_ts), limit=1
        )
        message = (history.get("messages") or [{}])[0]
        mark = RichTextSectionElement(
            elements=[Parts.Text(text=f"✅ {said.human_done}"), Parts.User(user_id=by)]
        )
        client.chat_update(
            channel=taken.to_channel,
            ts=str(taken.to_ts),
            text=str(message.get("text") or ""),
            blocks=[*(message.get("blocks") or []), RichTextBlock(elements=[mark])],
        )

    def _message(
        self, user: str, text: CleanText, link: str | None, result: str, said: SlackWords
    ) -> Message:
        first = [
            *(
                [Parts.UserGroup(usergroup_id=self._group), Parts.Text(text=" ")]
                if self._group
                else []
            ),
            Parts.User(user_id=user),
            Parts.Text(text=said.human_asks),
        ]
        quote = [Parts.Text(text=piece) for piece in pieces(text[:LONGEST_TEXT])]
        below = [
            *([Parts.Text(text=f"{result}\n")] if result else []),
            *([Parts.Link(url=link, text=said.link_to_question)] if link else []),
        ]
        question: Block = RichTextBlock(
            elements=[
                RichTextSectionElement(elements=first),
                RichTextQuoteElement(elements=quote or [Parts.Text(text="…")]),
                *([RichTextSectionElement(elements=below)] if below else []),
            ]
        )
        how = ContextBlock(elements=[PlainTextObject(text=said.human_how, emoji=False)])
        return Message(escape(f"{said.human_question} {text[:200]}"), (question, how))


def _result(outcome: Outcome | None, found: str | None, said: SlackWords) -> str:
    """Return what the humans are told of the bot's own answer; nothing if it is not known."""
    if outcome and outcome.decision == Decision.NOT_COVERED:
        return said.human_found_nothing
    return said.human_found.format(found=found) if found else ""


def _note(
    said: SlackWords, user: str, by: str, link: str | None, text: CleanText | None, *, first: bool
) -> RichTextBlock:
    """Return what the person is told: that somebody is at it, or what they write later."""
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
        quote = [Parts.Text(text=piece) for piece in pieces(text[:LONGEST_TEXT])]
        elements.append(RichTextQuoteElement(elements=quote))
    return RichTextBlock(elements=elements)
