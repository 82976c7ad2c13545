"""The shapes of what Slack sends when people press, submit, type a command, or use a shortcut."""

import time
from collections.abc import Collection
from typing import Any

from .workspace import Identity, Json, User


def button(message: Json, label: str) -> Json:
    """The action of the button with a label, in a message or a view."""
    for block in message.get("blocks", []):
        for element in block.get("elements", []):
            for action in _actions(element):
                if action["label"] == label:
                    return {**action["payload"], "block_id": block.get("block_id", "b")}
    raise ValueError(f"no button {label!r} in the message")


def _actions(element: Json) -> list[Json]:
    if element.get("type") == "button":
        keys = ("type", "action_id", "value", "text")
        payload = {key: element[key] for key in keys if key in element}
        return [{"label": element["text"]["text"], "payload": payload}]
    if element.get("type") == "feedback_buttons":
        return [
            {
                "label": element[side]["text"]["text"],
                "payload": {
                    "type": "feedback_buttons",
                    "action_id": element["action_id"],
                    "value": element[side]["value"],
                    "text": element[side]["text"],
                },
            }
            for side in ("positive_button", "negative_button")
        ]
    return []


def _common(identity: Identity, user: User) -> Json:
    home = user.team or identity.team_id
    return {
        "team": {"id": identity.team_id, "domain": "guide-works"},
        "user": {"id": user.id, "username": user.id.lower(), "name": user.name, "team_id": home},
        "api_app_id": identity.app_id,
        "token": "verification-token",
        "is_enterprise_install": False,
        "enterprise": None,
    }


def block_actions(
    identity: Identity,
    user: User,
    channel: str,
    message: Json,
    action: Json,
    trigger_id: str,
    ephemeral: bool,
) -> Json:
    return {
        **_common(identity, user),
        "type": "block_actions",
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel,
            "is_ephemeral": ephemeral,
        },
        "trigger_id": trigger_id,
        "channel": {"id": channel, "name": "somewhere"},
        "message": message,
        "actions": [{**action, "action_ts": f"{time.time():.6f}"}],
    }


def view_submission(
    identity: Identity, user: User, view: Json, values: dict[str, str], unticked: Collection[str]
) -> Json:
    """Return a modal as it is sent in; boxes that are ticked stay so, but for some labels."""
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            value: Json = {"type": element["type"]}
            if element["type"] == "checkboxes":
                ticked = element.get("initial_options") or []
                kept = [option for option in ticked if option["text"]["text"] not in unticked]
                value["selected_options"] = kept
            else:
                value["value"] = values.get(element["action_id"])
            state[block["block_id"]] = {element["action_id"]: value}
    return {
        **_common(identity, user),
        "type": "view_submission",
        "trigger_id": "trigger.submit",
        "view": {**view, "state": {"values": state}},
    }


def slash_command(
    identity: Identity, user: User, channel: str, command: str, text: str, trigger_id: str
) -> Json:
    return {
        "token": "verification-token",
        "team_id": identity.team_id,
        "team_domain": "guide-works",
        "channel_id": channel,
        "channel_name": "somewhere",
        "user_id": user.id,
        "user_name": user.id.lower(),
        "command": command,
        "text": text,
        "api_app_id": identity.app_id,
        "is_enterprise_install": "false",
        "trigger_id": trigger_id,
    }


def message_action(
    identity: Identity, user: User, channel: str, message: Json, callback_id: str, trigger_id: str
) -> Json:
    return {
        **_common(identity, user),
        "type": "message_action",
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "message_ts": message["ts"],
        "channel": {"id": channel, "name": "somewhere"},
        "message": message,
    }
