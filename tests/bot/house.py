"""A bot in the test's own process, without a socket: what Slack would send is handed to it."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.answering.workers import Workers
from bot.app import build_services
from bot.listeners import Services, register
from bot.settings import BotSettings
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from testing.slack_server import SlackServer
from testing.slack_server.workspace import Json
from tests.bot.conftest import workspace


class Listening(App):
    """An app that notes what is listened to."""

    def __init__(self, client: WebClient) -> None:
        self.listeners = Workers(8, "listener")
        super().__init__(
            client=client, token_verification_enabled=False, listener_executor=self.listeners
        )
        self.listened: list[tuple[str, str]] = []
        self.reached = 0

    def _note(self, kind: str, what: Any, listen: Callable[..., Any]) -> Callable[..., Any]:
        self.listened.append((kind, what.pattern if isinstance(what, re.Pattern) else str(what)))
        return listen

    def event(self, event: Any, *args: Any, **options: Any) -> Callable[..., Any]:
        return self._note("event", event, super().event(event, *args, **options))

    def action(self, constraints: Any, *args: Any, **options: Any) -> Callable[..., Any]:
        return self._note("action", constraints, super().action(constraints, *args, **options))

    def view(self, constraints: Any, *args: Any, **options: Any) -> Callable[..., Any]:
        return self._note("view", constraints, super().view(constraints, *args, **options))

    def options(self, constraints: Any, *args: Any, **options: Any) -> Callable[..., Any]:
        return self._note("options", constraints, super().options(constraints, *args, **options))

    def command(self, command: Any, *args: Any, **options: Any) -> Callable[..., Any]:
        return self._note("command", command, super().command(command, *args, **options))

    def shortcut(self, constraints: Any, *args: Any, **options: Any) -> Callable[..., Any]:
        return self._note("shortcut", constraints, super().shortcut(constraints, *args, **options))


class House:
    """A bot with settings of its own in front of a Slack."""

    def __init__(
        self, slack: SlackServer, base: KnowledgeBase, folder: Path, **settings: str
    ) -> None:
        self.slack = slack
        self._log = StringIO()
        self._log_handler = logging.StreamHandler(self._log)
        logging.getLogger().addHandler(self._log_handler)
        named = {"slack_api_url": slack.api_url, "guidebot_home": folder, **settings}
        self.services: Services = build_services(BotSettings.model_validate(named), base)
        self.app = Listening(WebClient("xoxb-test", base_url=slack.api_url))
        register(self.app, self.services)

        def reached(next: Callable[[], None]) -> None:
            self.app.reached += 1
            next()

        self.app.use(reached)
        slack.receiver = self.send

    @property
    def log(self) -> str:
        """What was logged meanwhile, warnings and worse."""
        return self._log.getvalue()

    def send(self, body: Json) -> bool:
        """Hand the bot what Slack sends; return whether it acknowledged it."""
        request = BoltRequest(body=json.dumps(body), mode="socket_mode")
        return self.app.dispatch(request).status == 200

    def settle(self, seconds: float = 30) -> None:
        """Wait until all pending work is done."""
        until = time.monotonic() + seconds
        while self._is_busy() or self._is_busy():
            assert time.monotonic() < until, "the bot is still busy"
            time.sleep(0.005)

    def close(self) -> None:
        """Finish pending work, and accept no more."""
        self.settle()
        for work in (self.app.listeners, self.services.answerer.workers):
            work.shutdown(wait=True)
        self.services.store.close()
        logging.getLogger().removeHandler(self._log_handler)

    def _is_busy(self) -> bool:
        # In the order in which one makes work for the next. Of the bot's own messages none may.
        in_hand = self.app.listeners.in_hand or self.services.answerer.workers.in_hand
        return bool(in_hand) or self.slack.is_echoing()


@contextlib.contextmanager
def open_house(
    home: Home, embeddings: SentenceTransformerEmbeddings, folder: Path, **settings: str
) -> Iterator[House]:
    """A bot with settings and a Slack of its own, on guides that it may not write to.

    What people teach it is its own, too: other tests have other knowledge bases.
    """
    with workspace() as slack:
        house = House(slack, KnowledgeBase(home, embeddings), folder, **settings)
        try:
            yield house
        finally:
            house.close()
