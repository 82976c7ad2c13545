"""The docs team's ingest: begun in App Home or by a command, decided on in a direct message."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.actor import Actor
from bot.listeners.home import Office
from bot.listeners.parts import Parts
from bot.operations.ingest_runner import BusyError, FailedError
from bot.slack.errors import SLACK_ERRORS
from bot.slack.posting import say
from bot.views.answer import Message, plain
from bot.views.buttons import pressed
from bot.views.ingest_changes import (
    DISCARD,
    INGEST,
    LAST_DIFF,
    PUBLISH,
    diff_view,
    how_far,
    outcome,
)
from bot.views.rich_text import shortened
from bot.views.wordings import (
    ACCEPT_WORDING,
    DRAFTS_VIEW,
    REMOVE_WORDING,
    REVIEW_DRAFTS,
    decided,
    drafts_view,
    waiting_view,
)
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.ingest_result import PendingDrafts, TaskState

_SECONDS_BETWEEN_UPDATES = 1.0
_LONGEST_ERROR = 2000

logger = logging.getLogger(__name__)


class Desk:
    """Does for one of the docs team what a button or a command asks for."""

    def __init__(self, parts: Parts) -> None:
        self._rerun = parts.rerun
        self._people = parts.people
        self._access = parts.access
        self._work = parts.answerer.work

    def said(self, client: WebClient, user: str) -> SlackWords:
        """Return the bot's words for a person."""
        return words(self._people.person(client, user).language)

    def may(self, client: WebClient, user: str) -> bool:
        """Whether a person is of the docs team."""
        return self._access.is_docs_team(client, user)

    def begin(self, client: WebClient, user: str) -> None:
        """Ingest, and tell the person in direct messages how it goes."""
        if self._rerun.is_possible:
            self._work.submit(self._ingest, client, user)
        else:
            say(client, user, plain(self.said(client, user).ingest_unnamed))

    def decide(self, client: WebClient, body: dict[str, Any], *, publish: bool) -> None:
        """Publish or discard what a button names, and say so where the button was."""
        self._work.submit(self._decide, client, body, publish)

    def _ingest(self, client: WebClient, user: str) -> None:
        said = self.said(client, user)
        show = _Shown(client, user, plain(said.ingest_begun))
        try:
            result = self._rerun.ingest(lambda told: show.meanwhile(told, said))
            show(outcome(result, said, self._pending()))
        except BusyError:
            show(plain(said.ingest_running))
        except FailedError as error:
            show(plain(_failure(error, said)))

    def show_drafts(self, client: WebClient, user: str, trigger: str) -> None:
        """Open the drafted wordings that wait for the docs team."""
        said = self.said(client, user)
        # To read them takes longer than Slack lets a modal wait.
        opened = client.views_open(trigger_id=trigger, view=waiting_view(said.drafts_reading, said))
        id = str(opened["view"]["id"])
        self._work.submit(self._fill_drafts, client, id, said)

    def decide_drafts(self, client: WebClient, user: str, state: Mapping[str, Any]) -> None:
        """Keep the drafts that are ticked, drop the others, and say so in a direct message."""
        self._work.submit(self._decide_drafts, client, user, state)

    def _fill_drafts(self, client: WebClient, id: str, said: SlackWords) -> None:
        try:
            view = drafts_view(self._rerun.pending(), said)
        except BusyError:
            view = waiting_view(said.ingest_running, said)
        except FailedError as error:
            view = waiting_view(_failure(error, said), said)
        client.views_update(view_id=id, view=view)

    def _decide_drafts(self, client: WebClient, user: str, state: Mapping[str, Any]) -> None:
        said = self.said(client, user)
        try:
            found = decided(state, self._rerun.pending())
            if found:
                self._rerun.decide(found)
        except BusyError:
            say(client, user, plain(said.ingest_running))
            return
        except FailedError as error:
            say(client, user, plain(_failure(error, said)))
            return
        kept = sum(len(texts) for _, texts in found)
        dropped = sum(len(problem.also_asked) for problem, _ in found) - kept
        say(client, user, plain(said.drafts_decided.format(kept=kept, dropped=dropped)))

    def _pending(self) -> Sequence[PendingDrafts]:
        """Return the drafts that wait; that they cannot be read is no fault of an ingest."""
        try:
            return self._rerun.pending()
        except (BusyError, FailedError) as error:
            logger.warning("The drafts cannot be read: %s", error)
            return ()

    def _decide(self, client: WebClient, body: dict[str, Any], publish: bool) -> None:
        said = self.said(client, str(body["user"]["id"]))
        channel, message = str(body["channel"]["id"]), body["message"]
        name = str(pressed(body).get("value") or "")
        try:
            (self._rerun.publish if publish else self._rerun.discard)(name)
        except BusyError:
            say(client, channel, plain(said.ingest_running))
            return
        except FailedError as error:
            say(client, channel, plain(_failure(error, said)))
            return
        logger.info("%s was %s.", name, "published" if publish else "discarded")
        told = plain((said.published_now if publish else said.discarded).format(name=name))
        kept = [block for block in message["blocks"] if block["type"] != "actions"]
        client.chat_update(
            channel=channel, ts=message["ts"], text=told.text, blocks=[*kept, *told.blocks]
        )

    def show_last(self, client: WebClient, user: str, trigger: str) -> None:
        """Open what changed the last time."""
        view = diff_view(self._rerun.last(), self.said(client, user))
        client.views_open(trigger_id=trigger, view=view)


class _Shown:
    """A direct message that is updated, at most about once a second until it is done."""

    def __init__(self, client: WebClient, user: str, first: Message) -> None:
        self._client = client
        posted = client.chat_postMessage(
            channel=user, text=first.text, blocks=list(first.blocks), unfurl_links=False
        )
        self._channel, self._ts = str(posted["channel"]), str(posted["ts"])
        self._shown_at = time.monotonic()

    def __call__(self, message: Message) -> None:
        self._client.chat_update(
            channel=self._channel, ts=self._ts, text=message.text, blocks=list(message.blocks)
        )

    def meanwhile(self, told: TaskState, said: SlackWords) -> None:
        if time.monotonic() - self._shown_at < _SECONDS_BETWEEN_UPDATES:
            return
        self._shown_at = time.monotonic()
        try:
            self(how_far(told, said))
        except SLACK_ERRORS as error:
            logger.warning("How far the ingest is cannot be shown: %s", error)


def _failure(error: FailedError, said: SlackWords) -> str:
    logger.error("What the docs team asked for failed: %s", error)
    return said.ingest_failed.format(error=shortened(str(error), _LONGEST_ERROR))


def register(app: App, parts: Parts) -> None:
    """Listen to the docs team's buttons. Others are told that these are not for them."""
    desk, office = Desk(parts), Office(parts)

    def guarded(
        do: Callable[[WebClient, dict[str, Any]], None],
    ) -> Callable[[dict[str, Any], WebClient], None]:
        def listen(body: dict[str, Any], client: WebClient) -> None:
            user = str(body["user"]["id"])
            if desk.may(client, user):
                do(client, body)
            else:
                say(client, user, plain(desk.said(client, user).only_docs_team))

        return listen

    def begin(client: WebClient, body: dict[str, Any]) -> None:
        desk.begin(client, str(body["user"]["id"]))

    def show_last(client: WebClient, body: dict[str, Any]) -> None:
        desk.show_last(client, str(body["user"]["id"]), str(body["trigger_id"]))

    def publish(client: WebClient, body: dict[str, Any]) -> None:
        desk.decide(client, body, publish=True)

    def discard(client: WebClient, body: dict[str, Any]) -> None:
        desk.decide(client, body, publish=False)

    def show_drafts(client: WebClient, body: dict[str, Any]) -> None:
        desk.show_drafts(client, str(body["user"]["id"]), str(body["trigger_id"]))

    def decide_drafts(client: WebClient, body: dict[str, Any]) -> None:
        desk.decide_drafts(client, str(body["user"]["id"]), body["view"]["state"]["values"])

    def rule(client: WebClient, body: dict[str, Any], *, accepted: bool) -> None:
        id = str(pressed(body).get("value") or "")
        office.rule(client, Actor(user=str(body["user"]["id"])), id, accepted=accepted)

    app.action(REVIEW_DRAFTS)(guarded(show_drafts))
    app.view(DRAFTS_VIEW)(guarded(decide_drafts))
    app.action(ACCEPT_WORDING)(guarded(partial(rule, accepted=True)))
    app.action(REMOVE_WORDING)(guarded(partial(rule, accepted=False)))
    app.action(INGEST)(guarded(begin))
    app.action(LAST_DIFF)(guarded(show_last))
    app.action(PUBLISH)(guarded(publish))
    app.action(DISCARD)(guarded(discard))
