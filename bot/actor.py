"""Who acts in Slack, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import BoltContext

from kb.model import Audience


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person, the channel they act in, if any, and the workspace the bot is installed in.

    `home` is the person's own workspace, if Slack reports it.
    """

    user: str
    channel: str = ""
    team: str | None = None
    home: str | None = None

    @property
    def audience(self) -> Audience:
        """Who sees the reply: the channel, or the person alone if there is no channel."""
        return Audience(self.channel or self.user)


def actor_of(body: Mapping[str, Any], context: BoltContext) -> Actor | None:
    """Return who caused an event or interaction; None if no one did, as for a revoked token."""
    event = body.get("event") or {}
    message = event.get("message") or {}
    user = context.user_id or message.get("user")
    if not user:
        return None
    return Actor(
        user=str(user),
        channel=context.channel_id or "",
        team=context.team_id,
        home=home_of(body, context),
    )


def home_of(body: Mapping[str, Any], context: BoltContext) -> str | None:
    """Return a person's own workspace, if Slack reports it.

    In an Enterprise Grid, Slack may report the organisation, which stands for all of its
    workspaces. https://docs.slack.dev/apis/slack-connect
    """
    event, person = body.get("event") or {}, body.get("user")
    if event:
        home = event.get("user_team") or event.get("source_team") or event.get("team")
    else:
        home = person.get("team_id") if isinstance(person, dict) else body.get("team_id")
    if home and home == context.enterprise_id:
        return context.team_id
    return str(home) if home else None
