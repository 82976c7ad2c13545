"""A bot in the test's own process, without a socket: what Slack would send is handed to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.app import assemble
from bot.listeners import Services, register
from bot.settings import BotSettings
from kb.knowledge_base import KnowledgeBase
from testing.slack_server import SlackServer
from testing.slack_server.workspace import Json


class Listening(App):
    """An app that notes what is listened to."""

    def __init__(self, client: WebClient) -> None:
        super().__init__(client=client, token_verification_enabled=False)
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
        named = {"slack_api_url": slack.api_url, "guidebot_home": folder, **settings}
        self.services: Services = assemble(BotSettings.model_validate(named), base)
        self.app = Listening(WebClient("xoxb-test", base_url=slack.api_url))
        register(self.app, self.services)

        def reached(next: Callable[[], None]) -> None:
            self.app.reached += 1
            next()

        self.app.use(reached)
        slack.receiver = self.send

    def send(self, body: Json) -> None:
        """Hand the bot what Slack sends."""
        request = BoltRequest(body=json.dumps(body), mode="socket_mode")
        self.app.dispatch(request)

    def close(self) -> None:
        """Wait until everything is done that was begun."""
        for workers in (self.app.listener_runner.listener_executor, self.services.answerer.workers):
            workers.shutdown(wait=True)
        self.services.store.close()
