"""Whoever may not use the bot reaches none of its listeners, and sees nothing of any guide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.views.buttons import ButtonTarget
from kb.knowledge_base import KnowledgeBase
from testing.slack_server import SlackServer, plain
from testing.slack_server.workspace import Json
from tests.bot.house import House

KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"
ASKED = "I lost my secret key"
# What only the guide says.
OF_THE_GUIDE = ("access key", "aws iam", "IAM")
QUESTIONS = {"message", "app_mention"}
# Nobody is behind these.
OF_NOBODY = {"tokens_revoked", "app_uninstalled"}


@pytest.fixture
def house(slack: SlackServer, sample: KnowledgeBase, tmp_path: Path) -> Iterator[House]:
    slack.add_channel("C9", "helpdesk")
    slack.add_group("S1", ["U4"])
    rules = {"allowed_groups": "S1", "docs_team": "U2,U4", "human_channel": "C9"}
    found = House(slack, sample, tmp_path / "home", **rules)
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
    at = ButtonTarget(
        ts=sent.ts, guide="iam-troubleshooting", edition="en", anchor="lost-access-key"
    )
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
    assert "not allowed to answer here" in said
    assert [word for word in OF_THE_GUIDE if word in said.replace("AWS access key", "")] == []
    # Nobody is told more than some times a minute, and warned once with that.
    refusals = [e for e in house.slack.ephemerals() if "not allowed to answer" in plain(e.message)]
    assert len(refusals) <= 3 and len(house.slack.ephemerals()) <= 6
    assert house.services.store.count_unanswered() == 0


def test_app_home_is_closed_to_somebody_who_may_not(house: House) -> None:
    house.send(payload(house, "event", "app_home_opened", "U2"))
    house.send(payload(house, "event", "app_home_opened", "U4"))
    house.close()
    assert plain(house.slack.views("U2")[-1]).strip().startswith("I'm not allowed to answer here")
    assert "IAM" in plain(house.slack.views("U4")[-1])
