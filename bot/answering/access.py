"""Who may use the bot, where, and how much."""

from __future__ import annotations

import time
from enum import Enum
from typing import NamedTuple

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from slack_sdk import WebClient

from bot.actor import Actor
from bot.answering.people import People
from bot.settings import BotSettings, parse_ids
from bot.words.words import SlackWords
from kb.text.counted import Amount

# Enough to explain; more would only add to the noise of someone who keeps trying.
_REFUSALS_PER_MINUTE = 3


class RefusalReason(Enum):
    """Why a request is refused."""

    NOT_ALLOWED = "not allowed"
    UNKNOWN = "Slack does not say who this is"
    TOO_MANY = "too many questions"


class Refusal(NamedTuple):
    """A refusal, and in how many seconds it is worth asking again.

    `notify` is False if the person has been told often enough.
    """

    reason: RefusalReason
    seconds: int = 0
    notify: bool = True

    def text(self, strings: SlackWords) -> str:
        """Return the refusal as text for the person."""
        match self.reason:
            case RefusalReason.TOO_MANY:
                return strings.too_many.format(seconds=Amount(self.seconds))
            case RefusalReason.UNKNOWN:
                return strings.not_known
            case RefusalReason.NOT_ALLOWED:
                return strings.not_allowed


class Access:
    """Access rules and rate limits from the settings. Thread-safe."""

    def __init__(self, settings: BotSettings, people: People) -> None:
        self._people = people
        self._workspaces = parse_ids(settings.allowed_workspaces)
        self._channels = parse_ids(settings.allowed_channels)
        self._humans = settings.human_channel
        self._groups = parse_ids(settings.allowed_groups)
        self._docs_team = parse_ids(settings.docs_team)
        self._guests = settings.allow_guests
        self._external = settings.allow_external
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_person = RateLimitItemPerMinute(settings.questions_per_minute)
        self._per_workspace = RateLimitItemPerMinute(settings.workspace_questions_per_minute)
        self._refusals = RateLimitItemPerMinute(_REFUSALS_PER_MINUTE)

    def admit(self, client: WebClient, actor: Actor) -> Refusal | None:
        """Return why a person may not use the bot here; None if they may."""
        reason = self._reason(client, actor)
        return self._refuse(reason, actor) if reason else None

    def admit_question(self, client: WebClient, actor: Actor) -> Refusal | None:
        """Return why a person may not ask here now; None if they may, which then counts."""
        reason = self._reason(client, actor)
        if reason:
            return self._refuse(reason, actor)
        for limit, key in (
            (self._per_person, actor.user),
            (self._per_workspace, f"team {actor.team}"),
        ):
            if not self._limiter.hit(limit, key):
                return self._refuse(RefusalReason.TOO_MANY, actor, self._seconds(limit, key))
        return None

    def is_docs_team(self, client: WebClient, user: str) -> bool:
        """Whether a person is on the docs team."""
        return bool(self._docs_team) and self._people.is_in(client, user, self._docs_team)

    def _reason(self, client: WebClient, actor: Actor) -> RefusalReason | None:
        if self._workspaces and actor.team not in self._workspaces:
            return RefusalReason.NOT_ALLOWED
        if not self._is_open(actor.channel):
            return RefusalReason.NOT_ALLOWED
        if self._groups and not self._people.is_in(client, actor.user, self._groups):
            return RefusalReason.NOT_ALLOWED
        if self._guests and self._external:
            return None
        person = self._people.person(client, actor.user)
        if person.stranger or (person.guest and not self._guests):
            return RefusalReason.NOT_ALLOWED
        if person.is_outside(actor):
            return None if self._external else RefusalReason.NOT_ALLOWED
        if person.unknown and not (self._guests and actor.home):
            return RefusalReason.UNKNOWN
        return None

    def _is_open(self, channel: str) -> bool:
        """Whether the bot may be used in a channel: always in direct messages and App Home."""
        if not self._channels or not channel or channel.startswith("D"):
            return True
        return channel in self._channels or channel == self._humans

    def _refuse(self, reason: RefusalReason, actor: Actor, seconds: int = 0) -> Refusal:
        notify = self._limiter.hit(self._refusals, f"refused {actor.user}")
        return Refusal(reason, seconds, notify)

    def _seconds(self, limit: RateLimitItem, key: str) -> int:
        reset = self._limiter.get_window_stats(limit, key).reset_time
        return max(1, round(reset - time.time()))
