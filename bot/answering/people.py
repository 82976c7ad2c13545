"""The people who ask: their language, and whether they belong to the workspace."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from cachetools import TTLCache
from slack_sdk import WebClient

from bot.actor import Actor
from bot.slack.clients import with_timeout
from bot.slack.errors import SLACK_ERRORS, error_code
from bot.slack.retries import with_retries

# Profiles hardly change. Chosen by hand, as is the number: the cache must not grow forever.
_MAX_CACHED = 5000
_TTL_SECONDS = 3600.0
# The answer waits for it.
_TIMEOUT_SECONDS = 3
_STRANGERS = ("user_not_found", "user_not_visible")
# As _MAX_CACHED; there are fewer groups than people.
_MAX_GROUPS = 500
# Access depends on them, so changes take effect sooner.
_GROUPS_TTL_SECONDS = 300.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Person:
    """A person: their language (ISO 639-1), if known, and their relation to the workspace.

    `teams` are their workspaces: several in an Enterprise Grid, none if unknown. A `stranger` is
    someone whose profile Slack does not show, as in shared channels; an `unknown` person is one
    whose profile could not be fetched.
    """

    language: str | None = None
    teams: frozenset[str] = frozenset()
    guest: bool = False
    stranger: bool = False
    unknown: bool = False

    def is_outside(self, actor: Actor) -> bool:
        """Whether a person belongs to another company than the workspace they act in."""
        teams = self.teams or frozenset([actor.home] if actor.home else [])
        return bool(actor.team and teams) and actor.team not in teams


class People:
    """A cache of people and user groups. Thread-safe."""

    def __init__(self) -> None:
        self._known: TTLCache[str, Person] = TTLCache(_MAX_CACHED, _TTL_SECONDS)
        self._groups: TTLCache[str, frozenset[str]] = TTLCache(_MAX_GROUPS, _GROUPS_TTL_SECONDS)
        self._lock = threading.Lock()

    def person(self, client: WebClient, user: str) -> Person:
        """Return a person; an unknown one if Slack cannot be reached."""
        with self._lock:
            known = self._known.get(user)
        if known is not None:
            return known
        quick = with_timeout(client, _TIMEOUT_SECONDS)
        try:
            asked = with_retries(lambda: quick.users_info(user=user, include_locale=True), tries=2)
        except SLACK_ERRORS as error:
            if error_code(error) in _STRANGERS:
                return Person(stranger=True)
            logger.warning("A person's profile cannot be fetched: %s", error)
            return Person(unknown=True)
        found = asked.get("user") or {}
        locale = str(found.get("locale") or "")
        person = Person(
            language=locale.split("-")[0].lower() or None,
            teams=frozenset(
                [found["team_id"]] if found.get("team_id") else [],
            ).union((found.get("enterprise_user") or {}).get("teams") or []),
            guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
        )
        with self._lock:
            self._known[user] = person
        return person

    def is_in(self, client: WebClient, user: str, groups: frozenset[str]) -> bool:
        """Whether `groups`, which holds ids of people and user groups, includes a person.

        A group whose members cannot be fetched counts as empty.
        """
        return user in groups or any(
            user in self._members(client, group) for group in groups if group.startswith("S")
        )

    def _members(self, client: WebClient, group: str) -> frozenset[str]:
        with self._lock:
            known = self._groups.get(group)
        if known is not None:
            return known
        try:
            found = client.usergroups_users_list(usergroup=group).get("users") or []
        except SLACK_ERRORS as error:
            logger.error("The members of the user group %s cannot be fetched: %s", group, error)
            return frozenset()
        members = frozenset(found)
        with self._lock:
            self._groups[group] = members
        return members
