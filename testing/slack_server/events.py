"""The shapes of the events that Slack sends to an app."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from .workspace import Channel, Identity, Json

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")


def composed(text: str) -> list[Json]:
    """The rich text block that Slack's composer attaches to what a person types."""
    section = {"type": "rich_text_section", "elements": list(_inline(text))}
    return [{"type": "rich_text", "block_id": new_block_id(), "elements": [section]}]


def _inline(text: str) -> Iterator[Json]:
    end = 0
    for match in _MENTION.finditer(text):
        if match.start() > end:
            yield {"type": "text", "text": text[end : match.start()]}
        yield {"type": "user", "user_id": match.group(1)}
        end = match.end()
    if end < len(text):
        yield {"type": "text", "text": text[end:]}


def new_block_id() -> str:
    return uuid.uuid4().hex[:5]


def new_event_id() -> str:
    return f"Ev{uuid.uuid4().hex[:10].upper()}"


def user_message(identity: Identity, user: str, text: str, team: str | None = None) -> Json:
    """A person's message; of one from another workspace, in a shared channel, Slack names that."""
    elsewhere = {"user_team": team, "source_team": team} if team else {}
    return {
        "client_msg_id": str(uuid.uuid4()),
        "type": "message",
        "user": user,
        "text": text,
        "team": team or identity.team_id,
        "blocks": composed(text),
        **elsewhere,
    }


def app_message(identity: Identity, text: str) -> Json:
    """A message written by this app's bot user."""
    return {
        "type": "message",
        "user": identity.bot_user_id,
        "bot_id": identity.bot_id,
        "app_id": identity.app_id,
        "text": text,
        "team": identity.team_id,
        "bot_profile": identity.bot_profile,
    }


def message_event(channel: Channel, message: Json) -> Json:
    return {
        **message,
        "channel": channel.id,
        "event_ts": message["ts"],
        "channel_type": channel.type,
    }


def mention_event(channel: Channel, message: Json) -> Json:
    return {
        **message,
        "type": "app_mention",
        "channel": channel.id,
        "event_ts": message["ts"],
    }


def changed_event(channel: Channel, ts: str, message: Json, previous: Json) -> Json:
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": message,
        "previous_message": previous,
        "channel": channel.id,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.type,
    }


def deleted_event(channel: Channel, ts: str, previous: Json) -> Json:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": previous,
        "channel": channel.id,
        "hidden": True,
        "deleted_ts": previous["ts"],
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.type,
    }


def callback(identity: Identity, event: Json, event_id: str, event_time: int) -> Json:
    """The Events API wrapper around one event."""
    return {
        "token": "verification-token",
        "team_id": identity.team_id,
        "context_team_id": identity.team_id,
        "context_enterprise_id": None,
        "api_app_id": identity.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": identity.team_id,
                "user_id": identity.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def envelope(type: str, payload: Json, retry_attempt: int = 0, retry_reason: str = "") -> Json:
    """What Socket Mode wraps around a payload; only events are retried."""
    wrapped: Json = {
        "envelope_id": str(uuid.uuid4()),
        "payload": payload,
        "type": type,
        "accepts_response_payload": type != "events_api",
    }
    if type == "events_api":
        wrapped |= {"retry_attempt": retry_attempt, "retry_reason": retry_reason}
    return wrapped


@dataclass(frozen=True)
class SentEvent:
    """An event as it was sent; ``envelope_id`` is empty when it was not delivered."""

    event_id: str
    event: Json
    envelope_id: str = ""
    retry_attempt: int = 0
    related: tuple["SentEvent", ...] = ()

    @property
    def channel(self) -> str:
        return str(self.event["channel"])

    @property
    def ts(self) -> str:
        return str(self.event["ts"])

    @property
    def thread_ts(self) -> str:
        """Where an answer in the thread of this message belongs."""
        return str(self.event.get("thread_ts", self.ts))
