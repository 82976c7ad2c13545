"""The docs team's ingest: started in App Home or by a command, reviewed in a direct message."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.actor import Actor
from bot.listeners.home import HomeTab
from bot.listeners.services import Services
from bot.operations.ingest_runner import BusyError, FailedError
from bot.slack.errors import SLACK_ERRORS
from bot.slack.posting import post_message
from bot.views.buttons import pressed
from bot.views.ingest_changes import (
    DISCARD,
    INGEST,
    LAST_DIFF,
    PUBLISH,
    diff_view,
    progress_message,
    result_message,
)
from bot.views.message import Message, plain
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
from kb.ingest_result import PendingDrafts
from kb.progress import TaskState

# Chosen by hand. Slightly faster than the 50 calls per minute that chat.update allows (Tier 3,
# https://docs.slack.dev/apis/web-api/rate-limits): it also allows bursts, the client waits as long
# as Slack says, and an update that fails is left out.
_SECONDS_BETWEEN_UPDATES = 1.0
# Fits into one text element (bot.views.rich_text); chosen by hand.
_MAX_ERROR_CHARS = 2000

logger = logging.getLogger(__name__)


class IngestActions:
    """What a member of the docs team can do with a button or a command."""

    def __init__(self, services: Services) -> None:
        self._ingest_runner = services.ingest_runner
        self._people = services.people
        self._access = services.access
        self._workers = services.answerer.workers

    def strings(self, client: WebClient, user: str) -> SlackWords:
        """Return the bot's strings in a person's language."""
        return words(self._people.person(client, user).language)

    def is_allowed(self, client: WebClient, user: str) -> bool:
        """Whether a person is on the docs team."""
        return self._access.is_docs_team(client, user)

    def start(self, client: WebClient, user: str) -> None:
        """Start an ingest that reports to the person in direct messages."""
        if self._ingest_runner.is_configured:
            self._workers.submit(self._ingest, client, user)
        else:
            post_message(client, user, plain(self.strings(client, user).ingest_unnamed))

    def decide(self, client: WebClient, body: dict[str, Any], *, publish: bool) -> None:
        """Publish or discard a button's candidate, and say so in its message."""
        self._workers.submit(self._decide, client, body, publish)

    def _ingest(self, client: WebClient, user: str) -> None:
        strings = self.strings(client, user)
        show = _StatusMessage(client, user, plain(strings.ingest_begun))
        try:
            result = self._ingest_runner.ingest(lambda update: show.progress(update, strings))
            show(result_message(result, strings, self._pending()))
        except BusyError:
            show(plain(strings.ingest_running))
        except FailedError as error:
            show(plain(_failure(error, strings)))

    def show_drafts(self, client: WebClient, user: str, trigger: str) -> None:
        """Open the drafted wordings awaiting review."""
        strings = self.strings(client, user)
        # Reading them takes longer than the trigger id is valid (3 s).
        opened = client.views_open(
            trigger_id=trigger, view=waiting_view(strings.drafts_reading, strings)
        )
        id = str(opened["view"]["id"])
        self._workers.submit(self._fill_drafts, client, id, strings)

    def decide_drafts(self, client: WebClient, user: str, state: Mapping[str, Any]) -> None:
        """Keep the ticked drafts, drop the others, and report in a direct message."""
        self._workers.submit(self._decide_drafts, client, user, state)

    def _fill_drafts(self, client: WebClient, id: str, strings: SlackWords) -> None:
        try:
            view = drafts_view(self._ingest_runner.pending(), strings)
        except BusyError:
            view = waiting_view(strings.ingest_running, strings)
        except FailedError as error:
            view = waiting_view(_failure(error, strings), strings)
        client.views_update(view_id=id, view=view)

    def _decide_drafts(self, client: WebClient, user: str, state: Mapping[str, Any]) -> None:
        strings = self.strings(client, user)
        try:
            found = decided(state, self._ingest_runner.pending())
            if found:
                self._ingest_runner.decide(found)
        except BusyError:
            post_message(client, user, plain(strings.ingest_running))
            return
        except FailedError as error:
            post_message(client, user, plain(_failure(error, strings)))
            return
        kept = sum(len(texts) for _, texts in found)
        dropped = sum(len(problem.also_asked) for problem, _ in found) - kept
        post_message(client, user, plain(strings.drafts_decided.format(kept=kept, dropped=dropped)))

    def _pending(self) -> Sequence[PendingDrafts]:
        """Return the drafts awaiting review. Best effort: the ingest itself has succeeded."""
        try:
            return self._ingest_runner.pending()
        except (BusyError, FailedError) as error:
            logger.warning("The drafts cannot be read: %s", error)
            return ()

    def _decide(self, client: WebClient, body: dict[str, Any], publish: bool) -> None:
        strings = self.strings(client, str(body["user"]["id"]))
        channel, message = str(body["channel"]["id"]), body["message"]
        name = str(pressed(body).get("value") or "")
        try:
            (self._ingest_runner.publish if publish else self._ingest_runner.discard)(name)
        except BusyError:
            post_message(client, channel, plain(strings.ingest_running))
            return
        except FailedError as error:
            post_message(client, channel, plain(_failure(error, strings)))
            return
        logger.info("%s was %s.", name, "published" if publish else "discarded")
        verdict = plain((strings.published_now if publish else strings.discarded).format(name=name))
        kept = [block for block in message["blocks"] if block["type"] != "actions"]
        client.chat_update(
            channel=channel, ts=message["ts"], text=verdict.text, blocks=[*kept, *verdict.blocks]
        )

    def show_last(self, client: WebClient, user: str, trigger: str) -> None:
        """Open the changes of the last ingest."""
        view = diff_view(self._ingest_runner.last(), self.strings(client, user))
        client.views_open(trigger_id=trigger, view=view)


class _StatusMessage:
    """A direct message that is updated with the progress, at most once a second."""

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

    def progress(self, update: TaskState, strings: SlackWords) -> None:
        if time.monotonic() - self._shown_at < _SECONDS_BETWEEN_UPDATES:
            return
        self._shown_at = time.monotonic()
        try:
            self(progress_message(update, strings))
        except SLACK_ERRORS as error:
            logger.warning("The ingest's progress cannot be shown: %s", error)


def _failure(error: FailedError, strings: SlackWords) -> str:
    logger.error("A command of the docs team failed: %s", error)
    return strings.ingest_failed.format(error=shortened(str(error), _MAX_ERROR_CHARS))


def register(app: App, services: Services) -> None:
    """Register the docs team's buttons; others are told that these are not for them."""
    actions, home = IngestActions(services), HomeTab(services)

    def guarded(
        do: Callable[[WebClient, dict[str, Any]], None],
    ) -> Callable[[dict[str, Any], WebClient], None]:
        def listen(body: dict[str, Any], client: WebClient) -> None:
            user = str(body["user"]["id"])
            if actions.is_allowed(client, user):
                do(client, body)
            else:
                post_message(client, user, plain(actions.strings(client, user).only_docs_team))

        return listen

    def start(client: WebClient, body: dict[str, Any]) -> None:
        actions.start(client, str(body["user"]["id"]))

    def show_last(client: WebClient, body: dict[str, Any]) -> None:
        actions.show_last(client, str(body["user"]["id"]), str(body["trigger_id"]))

    def publish(client: WebClient, body: dict[str, Any]) -> None:
        actions.decide(client, body, publish=True)

    def discard(client: WebClient, body: dict[str, Any]) -> None:
        actions.decide(client, body, publish=False)

    def show_drafts(client: WebClient, body: dict[str, Any]) -> None:
        actions.show_drafts(client, str(body["user"]["id"]), str(body["trigger_id"]))

    def decide_drafts(client: WebClient, body: dict[str, Any]) -> None:
        actions.decide_drafts(client, str(body["user"]["id"]), body["view"]["state"]["values"])

    def rule(client: WebClient, body: dict[str, Any], *, accepted: bool) -> None:
        id = str(pressed(body).get("value") or "")
        home.rule(client, Actor(user=str(body["user"]["id"])), id, accepted=accepted)

    app.action(REVIEW_DRAFTS)(guarded(show_drafts))
    app.view(DRAFTS_VIEW)(guarded(decide_drafts))
    app.action(ACCEPT_WORDING)(guarded(partial(rule, accepted=True)))
    app.action(REMOVE_WORDING)(guarded(partial(rule, accepted=False)))
    app.action(INGEST)(guarded(start))
    app.action(LAST_DIFF)(guarded(show_last))
    app.action(PUBLISH)(guarded(publish))
    app.action(DISCARD)(guarded(discard))
