"""Whoever may not use the bot reaches none of its listeners, and sees nothing of any guide."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.app import assemble
from bot.listeners import Parts, register
from bot.settings import BotSettings
from bot.views.buttons import Pointer
from kb.knowledge_base import KnowledgeBase
from testing.slack_server import SlackServer, plain
from testing.slack_server.workspace import Json

KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"
ASKED = "I lost my secret key"
# What only the guide says.
OF_THE_GUIDE = ("access key", "aws iam", "IAM")
QUESTIONS = {"message", "app_mention"}
# Nobody is behind these.
OF_NOBODY = {"tokens_revoked", "app_uninstalled"}


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
    """A bot without its socket, that people outside of a group may not use."""

    def __init__(self, slack: SlackServer, sample: KnowledgeBase, folder: Path) -> None:
        self.slack = slack
        slack.add_group("S1", ["U4"])
        for user in ("U2", "U4"):
            slack.direct_message(user, "hello", deliver=False)
        settings = BotSettings(
            slack_api_url=slack.api_url,
            guidebot_home=folder,
            allowed_groups="S1",
            docs_team="U2,U4",
            human_channel="C9",
        )
        self.parts: Parts = assemble(settings, sample)
        self.app = Listening(WebClient("xoxb-test", base_url=slack.api_url))
        register(self.app, self.parts)

        def reached(next: Callable[[], None]) -> None:
            self.app.reached += 1
            next()

        self.app.use(reached)

    def send(self, body: Json) -> None:
        request = BoltRequest(body=json.dumps(body), mode="socket_mode")
        self.app.dispatch(request)

    def close(self) -> None:
        for work in (self.app.listener_runner.listener_executor, self.parts.answerer.work):
            work.shutdown(wait=True)
        self.parts.store.close()


@pytest.fixture
def house(slack: SlackServer, sample: KnowledgeBase, tmp_path: Path) -> Iterator[House]:
    slack.add_channel("C9", "helpdesk")
    found = House(slack, sample, tmp_path / "home")
    yield found
    found.close()


def payload(house: House, kind: str, what: str, user: str) -> Json:
    """Return what Slack sends of a person for what is listened to."""
    slack = house.slack
    sent = slack.message("C1", user, f"{ASKED} {KEY_ID}", deliver=False)
    message = next(m for m in slack.messages("C1") if m["ts"] == sent.ts)
    common: Json = {
        "team": {"id": "T0GUIDE"},
        "user": {"id": user, "team_id": "T0GUIDE"},
        "trigger_id": slack.trigger(user),
    }
    name = what.replace(r"\d+", "0").replace("\\", "")
    at = Pointer(ts=sent.ts, guide="iam-troubleshooting", edition="en", anchor="lost-access-key")
    match kind:
        case "event":
            event = {**message, "type": name, "user": user, "channel": "C1", "tab": "home"}
            event |= {"item": {"type": "message", "channel": "C1", "ts": sent.ts}}
            return {"type": "event_callback", "team_id": "T0GUIDE", "event": event}
        case "action":
            value = at.model_dump_json()
            action = {"type": "button", "action_id": name, "block_id": "b", "value": value}
            where = {"channel": {"id": "C1"}, "response_url": slack.response_url("C1", user)}
            container = {"type": "message", "message_ts": sent.ts, "channel_id": "C1"}
            return {
                **common,
                **where,
                "type": "block_actions",
                "container": container,
                "message": message,
                "actions": [action],
            }
        case "view":
            view = {"type": "modal", "callback_id": name, "state": {"values": {}}, "blocks": []}
            view |= {"private_metadata": f"C1 {at.model_dump_json()}"}
            return {**common, "type": "view_submission", "view": view}
        case "command":
            told = {"team_id": "T0GUIDE", "user_id": user, "channel_id": "C1", "text": ASKED}
            url = slack.response_url("C1", user)
            return {**told, "command": name, "response_url": url, "trigger_id": slack.trigger(user)}
        case "shortcut":
            return {
                **common,
                "type": "message_action",
                "callback_id": name,
                "channel": {"id": "C1"},
                "message": message,
                "response_url": slack.response_url("C1", user),
            }
    raise AssertionError(f"what does Slack send for {kind}?")


def test_no_listener_is_reached_by_somebody_who_may_not(house: House) -> None:
    assert {kind for kind, _ in house.app.listened} == {
        "event",
        "action",
        "view",
        "command",
        "shortcut",
    }
    guarded = [each for each in house.app.listened if each[1] not in QUESTIONS | OF_NOBODY]
    assert len(guarded) > 15
    for kind, what in guarded:
        before = house.app.reached
        house.send(payload(house, kind, what, "U4"))
        assert house.app.reached == before + 1, f"{kind} {what}: who may is kept out"
        house.send(payload(house, kind, what, "U2"))
        assert house.app.reached == before + 1, f"{kind} {what}: who may not gets in"


def test_somebody_who_may_not_is_told_so_and_nothing_of_the_guide(house: House) -> None:
    known = len(house.slack.calls())
    for kind, what in house.app.listened:
        if what not in OF_NOBODY:
            house.send(payload(house, kind, what, "U2"))
    house.close()
    calls = [c for c in house.slack.calls()[known:] if c.method != "usergroups.users.list"]
    said = json.dumps([call.params for call in calls])
    said += json.dumps([e.message for e in house.slack.ephemerals()])
    assert "may not answer here" in said
    assert [word for word in OF_THE_GUIDE if word in said.replace("AWS access key", "")] == []
    # Nobody is told more than some times a minute, and warned once with that.
    refusals = [e for e in house.slack.ephemerals() if "may not answer" in plain(e.message)]
    assert len(refusals) <= 3 and len(house.slack.ephemerals()) <= 6
    assert house.parts.store.count_unanswered() == 0


def test_app_home_is_closed_to_somebody_who_may_not(house: House) -> None:
    house.send(payload(house, "event", "app_home_opened", "U2"))
    house.send(payload(house, "event", "app_home_opened", "U4"))
    house.close()
    assert plain(house.slack.views("U2")[-1]).strip().startswith("I may not answer here")
    assert "IAM" in plain(house.slack.views("U4")[-1])
