"""Who may ask, where, and how much."""

from __future__ import annotations

import time
from enum import Enum
from typing import NamedTuple

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from slack_sdk import WebClient

from bot.answering.people import People
from bot.settings import BotSettings, ids
from bot.words.words import SlackWords


class Refusal(Enum):
    """Why a question is not answered."""

    NOT_ALLOWED = "not allowed"
    TOO_MANY = "too many questions"


class Refused(NamedTuple):
    """A refusal, and after how many seconds it is worth asking again."""

    reason: Refusal
    seconds: int = 0

    def text(self, said: SlackWords) -> str:
        """Return what the person is told."""
        if self.reason is Refusal.TOO_MANY:
            return said.too_many.format(seconds=self.seconds)
        return said.not_allowed


class Access:
    """The rules that the settings make."""

    def __init__(self, settings: BotSettings, people: People) -> None:
        self._people = people
        self._workspaces = ids(settings.allowed_workspaces)
        self._channels = ids(settings.allowed_channels)
        self._groups = ids(settings.allowed_groups)
        self._docs_team = ids(settings.docs_team)
        self._guests = settings.allow_guests
        self._external = settings.allow_external
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_person = RateLimitItemPerMinute(settings.questions_per_minute)
        self._per_workspace = RateLimitItemPerMinute(settings.workspace_questions_per_minute)

    def refuse(
        self, client: WebClient, team: str | None, channel: str, user: str
    ) -> Refused | None:
        """Return why a person may not ask here now; None if they may, and it counts."""
        if not self._is_allowed(client, team, channel, user):
            return Refused(Refusal.NOT_ALLOWED)
        for limit, whose in ((self._per_person, user), (self._per_workspace, f"team {team}")):
            if not self._limiter.hit(limit, whose):
                reset = self._limiter.get_window_stats(limit, whose).reset_time
                return Refused(Refusal.TOO_MANY, max(1, round(reset - time.time())))
        return None

    def is_docs_team(self, client: WebClient, user: str) -> bool:
        """Whether a person owns the guides."""
        return bool(self._docs_team) and self._people.is_in(client, user, self._docs_team)

    def _is_allowed(self, client: WebClient, team: str | None, channel: str, user: str) -> bool:
        if self._workspaces and team not in self._workspaces:
            return False
        if self._channels and not channel.startswith("D") and channel not in self._channels:
            return False
        if self._groups and not self._people.is_in(client, user, self._groups):
            return False
        if self._guests and self._external:
            return True
        person = self._people.person(client, user)
        # Of a person that Slack says nothing of, nothing is known that would forbid it.
        return (self._guests or not person.guest) and (
            self._external or not person.is_outside(team)
        )
