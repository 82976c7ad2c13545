"""What the bot knows of the people who ask: their language, and whether they are of the house."""

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

_MAX_KEPT = 5000
_KEPT_SECONDS = 3600.0
# Who somebody is, is never worth a long wait.
_SECONDS = 3
_STRANGERS = ("user_not_found", "user_not_visible")
_MAX_GROUPS = 500
_GROUPS_KEPT_SECONDS = 300.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Person:
    """A person: language (ISO 639-1) where Slack says it, and who they are to the workspace.

    `teams` are the workspaces that they are of: several, in an Enterprise Grid. Where nothing is
    known, there are none. A `stranger` is somebody whom Slack shows nothing of, as of people in
    shared channels; of who is `unknown`, Slack could not be asked.
    """

    language: str | None = None
    teams: frozenset[str] = frozenset()
    guest: bool = False
    stranger: bool = False
    unknown: bool = False

    def is_outside(self, actor: Actor) -> bool:
        """Whether a person is of another company than the workspace that they act in."""
        teams = self.teams or frozenset([actor.home] if actor.home else [])
        return bool(actor.team and teams) and actor.team not in teams


class People:
    """People and user groups, asked for once in a while. Threads may share it."""

    def __init__(self) -> None:
        self._known: TTLCache[str, Person] = TTLCache(_MAX_KEPT, _KEPT_SECONDS)
        self._groups: TTLCache[str, frozenset[str]] = TTLCache(_MAX_GROUPS, _GROUPS_KEPT_SECONDS)
        self._lock = threading.Lock()

    def person(self, client: WebClient, user: str) -> Person:
        """Return a person; an unknown one where Slack cannot be asked."""
        with self._lock:
            known = self._known.get(user)
        if known is not None:
            return known
        quick = with_timeout(client, _SECONDS)
        try:
            asked = with_retries(lambda: quick.users_info(user=user, include_locale=True), tries=2)
        except SLACK_ERRORS as error:
            if error_code(error) in _STRANGERS:
                return Person(stranger=True)
            logger.warning("What Slack knows of a person cannot be had: %s", error)
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
        """Whether a person is one of `groups`, which names people and user groups.

        A group whose members cannot be had counts as one that the person is not in.
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
            logger.error("The members of the user group %s cannot be had: %s", group, error)
            return frozenset()
        members = frozenset(found)
        with self._lock:
            self._groups[group] = members
        return members
