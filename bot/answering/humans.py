"""Escalates questions to humans, until they are resolved."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.memory.escalations import Escalation, Escalations
from bot.memory.store import Store
from bot.question import Place
from bot.slack.errors import NOT_A_MEMBER, SLACK_ERRORS, error_code
from bot.slack.posting import permalink, post_message, update_message
from bot.views.buttons import ButtonTarget
from bot.views.hand_over import (
    EscalationContext,
    note,
    question_for_humans,
    resolved_by_asker,
    resolved_note,
    with_mark,
)
from bot.views.message import Message, plain
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.model import CleanText

# Subtypes of messages that may have text.
_REPLIES = (None, "file_share")
_RESOLVED = frozenset({"white_check_mark", "heavy_check_mark", "ballot_box_with_check"})

logger = logging.getLogger(__name__)


class Humans:
    """Escalates questions to a channel where people answer. Without a channel, does nothing."""

    def __init__(self, store: Store, channel: str, group: str) -> None:
        self._store = store
        self._escalations = Escalations(store)
        self._channel = channel
        self._group = group

    @property
    def channel(self) -> str:
        """The channel's id; empty if questions cannot be escalated."""
        return self._channel

    def escalate(
        self,
        client: WebClient,
        target: ButtonTarget,
        channel: str,
        user: str,
        text: CleanText,
        context: EscalationContext,
        tell: Callable[[Message], None],
    ) -> None:
        """Post a question for humans, once, and confirm it to the asker with `tell`."""
        strings = words(target.language)
        place = target.place(channel)
        if not self._channel or not self._escalations.open(place, user, self._channel):
            tell(plain(strings.human_asked_before))
            return
        try:
            link = None if place.is_command else permalink(client, channel, target.ts)
            message = question_for_humans(
                place, user, text, context, strings, link=link, group=self._group
            )
            posted = post_message(client, self._channel, message)
        except SLACK_ERRORS:
            id = secrets.token_hex(4)
            logger.exception("Failure %s: a question could not be escalated", id)
            self._escalations.set_posted(place, None)
            tell(plain(strings.human_failed.format(id=id)))
            return
        self._escalations.set_posted(place, posted)
        tell(plain(strings.human_asked))

    def is_reply(self, event: Mapping[str, Any]) -> bool:
        """Whether a message is someone else's reply to an open question."""
        thread = event.get("thread_ts")
        if not self._channel or event.get("channel") != self._channel:
            return False
        if not thread or thread == event.get("ts") or not event.get("user"):
            return False
        if event.get("bot_id") or event.get("subtype") not in _REPLIES:
            return False
        asked = self._escalations.at_message(self._channel, str(thread))
        return asked is not None and asked.user != event["user"] and not asked.resolved

    def on_reaction(self, client: WebClient, channel: str, ts: str, by: str, emoji: str) -> None:
        """Assign the question posted at `ts` to whoever reacts; a check mark resolves it."""
        asked = self._escalations.at_message(channel, ts) if channel == self._channel else None
        if asked is None:
            return
        if emoji.split("::")[0] in _RESOLVED:
            self.resolve(client, asked, by)
        else:
            self.on_reply(client, channel, ts, by)

    def on_reply(
        self, client: WebClient, channel: str, ts: str, by: str, text: CleanText | None = None
    ) -> None:
        """Notify the asker that a human has taken on the question posted at `ts`, or replied.

        Without text, as for a reaction, they are notified once.
        """
        asked = self._escalations.at_message(channel, ts) if channel == self._channel else None
        if asked is None or asked.user == by or asked.resolved:
            return
        first = self._escalations.claim(asked, by)
        if not first and not text:
            return
        strings = self.strings(asked)
        try:
            link = permalink(client, channel, ts)
            self._tell(
                client, asked, note(asked, asked.user, by, text, strings, link=link, first=first)
            )
            if first:
                self._mark(client, asked, strings.human_done, by)
        except SLACK_ERRORS:
            logger.exception("The note on question %s could not be posted", asked.ts)

    def resolvable(self, place: Place, channel: str, user: str) -> Escalation | None:
        """Return a question if a person in a channel may mark it as resolved; else None.

        The asker may, and so may anyone in the humans' channel.
        """
        asked = self._escalations.of_question(place)
        if asked is None or (asked.user != user and channel != self._channel):
            return None
        return asked

    def resolve(self, client: WebClient, asked: Escalation, by: str) -> bool:
        """Close a question and notify the other side; False if it was closed before."""
        if not self._escalations.resolve(asked, by):
            return False
        strings = self.strings(asked)
        try:
            self._mark(client, asked, strings.human_resolved_by, by, done=True)
            if by == asked.user:
                post_message(client, asked.to_channel, resolved_by_asker(by, strings), asked.to_ts)
            else:
                self._tell(client, asked, resolved_note(asked.user, by, strings))
        except SLACK_ERRORS:
            logger.exception("The resolution of question %s could not be posted", asked.ts)
        return True

    def strings(self, asked: Escalation) -> SlackWords:
        """Return the bot's words in the language of a question."""
        outcome = self._store.outcome(asked.channel, asked.ts)
        return words(outcome.language if outcome else "en")

    def _tell(self, client: WebClient, asked: Escalation, note: Message) -> None:
        """Post a note where the question was asked, or to the asker if only they saw it."""
        if not asked.is_command:
            try:
                post_message(client, asked.channel, note, asked.thread_ts or asked.ts)
                return
            except SlackApiError as error:
                if error_code(error) not in NOT_A_MEMBER:
                    raise
        post_message(client, asked.user, note)

    def _mark(
        self, client: WebClient, asked: Escalation, mark: str, by: str, *, done: bool = False
    ) -> None:
        """Add to the posted question who has taken it on, or resolved it."""
        ts = str(asked.to_ts)
        history = client.conversations_replies(channel=asked.to_channel, ts=ts, limit=1)
        message = (history.get("messages") or [{}])[0]
        update_message(client, asked.to_channel, ts, with_mark(message, mark, by, done=done))
