"""Questions that go on to a human, until they are resolved."""

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
from bot.slack.errors import NOT_THERE, SLACK_ERRORS, error_code
from bot.slack.posting import permalink, say, update
from bot.views.answer import Message, plain
from bot.views.buttons import Pointer
from bot.views.hand_over import (
    Found,
    marked,
    note,
    question_for_humans,
    resolved_by_asker,
    resolved_note,
)
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.model import CleanText

# Words, and a file that may have words with it.
_REPLIES = (None, "file_share")
_RESOLVED = frozenset({"white_check_mark", "heavy_check_mark", "ballot_box_with_check"})

logger = logging.getLogger(__name__)


class Humans:
    """Passes questions on to a channel where people answer. Without a channel, it does nothing."""

    def __init__(self, store: Store, channel: str, group: str) -> None:
        self._store = store
        self._escalations = Escalations(store)
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
        found: Found,
        tell: Callable[[Message], None],
    ) -> None:
        """Post a person's question for humans, once, and tell the person."""
        said = words(at.language)
        place = at.place(channel)
        if not self._channel or not self._escalations.begin(place, user, self._channel):
            tell(plain(said.human_asked_before))
            return
        try:
            link = None if place.is_call else permalink(client, channel, at.ts)
            message = question_for_humans(
                place, user, text, found, said, link=link, group=self._group
            )
            posted = say(client, self._channel, message)
        except SLACK_ERRORS:
            id = secrets.token_hex(4)
            logger.exception("Failure %s: a question could not be passed on to a human", id)
            self._escalations.posted(place, None)
            tell(plain(said.human_failed.format(id=id)))
            return
        self._escalations.posted(place, posted)
        tell(plain(said.human_asked))

    def is_reply(self, event: Mapping[str, Any]) -> bool:
        """Whether a message is somebody else's reply to a question that is open for humans."""
        thread = event.get("thread_ts")
        if not self._channel or event.get("channel") != self._channel:
            return False
        if not thread or thread == event.get("ts") or not event.get("user"):
            return False
        if event.get("bot_id") or event.get("subtype") not in _REPLIES:
            return False
        asked = self._escalations.at(self._channel, str(thread))
        return asked is not None and asked.user != event["user"] and not asked.resolved

    def reacted(self, client: WebClient, channel: str, ts: str, by: str, emoji: str) -> None:
        """Take on the question posted at `ts` for whoever reacts; a check mark resolves it."""
        asked = self._escalations.at(channel, ts) if channel == self._channel else None
        if asked is None:
            return
        if emoji.split("::")[0] in _RESOLVED:
            self.resolve(client, asked, by)
        else:
            self.answered(client, channel, ts, by)

    def answered(
        self, client: WebClient, channel: str, ts: str, by: str, text: CleanText | None = None
    ) -> None:
        """Tell the person that a human takes care of the question posted at `ts`, and how.

        Without words, as of a reaction, the person is told once.
        """
        asked = self._escalations.at(channel, ts) if channel == self._channel else None
        if asked is None or asked.user == by or asked.resolved:
            return
        first = self._escalations.take(asked, by)
        if not first and not text:
            return
        said = self._said(asked)
        try:
            link = permalink(client, channel, ts)
            self._tell(
                client, asked, note(asked, asked.user, by, text, said, link=link, first=first)
            )
            if first:
                self._mark(client, asked, said.human_done, by)
        except SLACK_ERRORS:
            logger.exception("The note about question %s could not be posted", asked.ts)

    def to_resolve(self, place: Place, channel: str, user: str) -> Escalation | None:
        """Return the question that somebody in a channel may mark as resolved, if they may.

        That are whoever asked it, and the humans.
        """
        asked = self._escalations.of(place)
        if asked is None or (asked.user != user and channel != self._channel):
            return None
        return asked

    def resolve(self, client: WebClient, asked: Escalation, by: str) -> bool:
        """Close a question for both sides, and tell the other; False if it was closed before."""
        if not self._escalations.resolve(asked, by):
            return False
        said = self._said(asked)
        try:
            self._mark(client, asked, said.human_resolved_by, by, done=True)
            if by == asked.user:
                say(client, asked.to_channel, resolved_by_asker(by, said), asked.to_ts)
            else:
                self._tell(client, asked, resolved_note(asked.user, by, said))
        except SLACK_ERRORS:
            logger.exception("That question %s is resolved could not be posted", asked.ts)
        return True

    def _said(self, asked: Escalation) -> SlackWords:
        outcome = self._store.outcome(asked.channel, asked.ts)
        return words(outcome.language if outcome else "en")

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

    def _mark(
        self, client: WebClient, asked: Escalation, mark: str, by: str, *, done: bool = False
    ) -> None:
        """Add to the posted question who takes care of it, or has resolved it."""
        ts = str(asked.to_ts)
        history = client.conversations_replies(channel=asked.to_channel, ts=ts, limit=1)
        message = (history.get("messages") or [{}])[0]
        update(client, asked.to_channel, ts, marked(message, mark, by, done=done))
