"""What a workspace holds: people, conversations and the messages posted in them."""

import copy
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Identity:
    """The installed app and the team that it is installed in."""

    team_id: str = "T0GUIDE"
    team_name: str = "Guide Works"
    app_id: str = "A0GUIDE"
    bot_id: str = "B0GUIDE"
    bot_user_id: str = "U0GUIDEBOT"
    bot_name: str = "guidebot"

    @property
    def url(self) -> str:
        return "https://guide-works.slack.com/"

    @property
    def bot_profile(self) -> Json:
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "name": self.bot_name,
            "deleted": False,
            "updated": 1700000000,
            "team_id": self.team_id,
        }


@dataclass
class Installation:
    """What the app was given when it was installed; a test may take some of it away.

    ``warnings`` are what Slack says beside an answer, such as that Socket Mode is off.
    """

    scopes: set[str]
    user_scopes: set[str]
    user_team: str
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Channel:
    """A conversation that the bot could take part in; ``user`` is the other side of a DM."""

    id: str
    name: str
    is_im: bool = False
    is_private: bool = False
    is_member: bool = True
    is_archived: bool = False
    user: str | None = None

    @property
    def type(self) -> str:
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"


@dataclass(frozen=True)
class User:
    """Somebody; ``grid`` are the workspaces of an Enterprise Grid that they are of.

    A stranger takes part in a shared channel, and Slack tells an app nothing of them.
    """

    id: str
    name: str
    locale: str = "ja-JP"
    is_bot: bool = False
    tz: str = "Asia/Tokyo"
    tz_offset: int = 32400
    team: str | None = None
    is_restricted: bool = False
    grid: tuple[str, ...] = ()
    is_stranger: bool = False


@dataclass(frozen=True)
class View:
    """A view that the bot has shown: a modal, or somebody's App Home."""

    user: str
    view: Json
    trigger_id: str | None = None


@dataclass(frozen=True)
class Ephemeral:
    """A message that only one person sees, and that is in no history."""

    channel: str
    user: str
    message: Json


@dataclass(frozen=True)
class Trigger:
    """What somebody's action lets the app open one view with; ``at`` is on the monotonic clock."""

    user: str
    at: float


@dataclass
class ResponseUrl:
    """Where the app may answer an action some times, and for a while; ``at`` is when it began."""

    channel: str
    user: str
    at: float
    uses: int = 0


class SlackError(Exception):
    """A method's refusal, answered as ``{"ok": false, "error": code}``."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Workspace:
    """All state of the server behind one lock, with a wake-up for whoever waits on a change."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.changed = threading.Condition(threading.RLock())
        self._channels: dict[str, Channel] = {}
        self._users: dict[str, User] = {}
        self._messages: dict[str, dict[str, Json]] = {}
        self._ephemerals: list[Ephemeral] = []
        self._views: list[View] = []
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.groups: dict[str, list[str]] = {}
        self._last_ts = 0
        self.put_user(User(identity.bot_user_id, identity.bot_name, "en-US", is_bot=True))

    def wait_until(self, condition: Callable[[], T | None], timeout: float, what: str) -> T:
        """Return the condition's first true value, or raise TimeoutError naming what was awaited.

        The condition may also return a list: it holds when the list is not empty.
        """
        deadline = time.monotonic() + timeout
        with self.changed:
            while True:
                value = condition()
                if value:
                    return value
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError(f"no {what} within {timeout} s")
                self.changed.wait(remaining)

    def put_channel(self, channel: Channel) -> None:
        with self.changed:
            self._channels[channel.id] = channel
            self._messages.setdefault(channel.id, {})
            self.changed.notify_all()

    def put_user(self, user: User) -> None:
        with self.changed:
            self._users[user.id] = user
            self.changed.notify_all()

    def channel(self, channel_id: str) -> Channel:
        with self.changed:
            if channel_id not in self._channels:
                raise SlackError("channel_not_found")
            return self._channels[channel_id]

    def user(self, user_id: str) -> User:
        with self.changed:
            if user_id not in self._users:
                raise SlackError("user_not_found")
            return self._users[user_id]

    def direct_channel(self, user_id: str) -> Channel:
        """The bot's DM with a user, opened on first use."""
        user = self.user(user_id)
        with self.changed:
            for channel in self._channels.values():
                if channel.is_im and channel.user == user.id:
                    return channel
            channel = Channel(f"D{user.id[1:]}", "", is_im=True, user=user.id)
            self.put_channel(channel)
            return channel

    def next_ts(self) -> str:
        # Real time, because a bot may ignore messages that are older than its own start.
        with self.changed:
            self._last_ts = max(self._last_ts + 100, time.time_ns() // 1000)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def store(self, channel_id: str, message: Json) -> Json:
        """Keep a message under a new ``ts`` and return a copy of what was kept."""
        with self.changed:
            self.channel(channel_id)
            kept = {**copy.deepcopy(message), "ts": self.next_ts()}
            if "thread_ts" in kept:
                self._link_reply(channel_id, kept)
            self._messages[channel_id][kept["ts"]] = kept
            self.changed.notify_all()
            return copy.deepcopy(kept)

    def add_ephemeral(self, ephemeral: Ephemeral) -> None:
        with self.changed:
            self._ephemerals.append(ephemeral)
            self.changed.notify_all()

    def add_view(self, view: View) -> None:
        with self.changed:
            self._views.append(view)
            self.changed.notify_all()

    def views(self) -> list[View]:
        with self.changed:
            return list(self._views)

    def ephemerals(self) -> list[Ephemeral]:
        with self.changed:
            return list(self._ephemerals)

    def replace(self, channel_id: str, ts: str, fields: Json) -> tuple[Json, Json]:
        """Overwrite some fields of a message; return it as it was and as it is now."""
        with self.changed:
            previous = self.message(channel_id, ts)
            self._messages[channel_id][ts].update(copy.deepcopy(fields))
            self.changed.notify_all()
            return previous, self.message(channel_id, ts)

    def remove(self, channel_id: str, ts: str) -> Json:
        with self.changed:
            removed = self.message(channel_id, ts)
            del self._messages[channel_id][ts]
            self.changed.notify_all()
            return removed

    def message(self, channel_id: str, ts: str) -> Json:
        """One message with its thread's summary, as the Web API shows it."""
        with self.changed:
            self.channel(channel_id)
            if ts not in self._messages[channel_id]:
                raise SlackError("message_not_found")
            shown = copy.deepcopy(self._messages[channel_id][ts])
            return {**shown, **self._thread_summary(channel_id, ts)}

    def messages(self, channel_id: str) -> list[Json]:
        """Every message of a conversation, replies too, oldest first."""
        with self.changed:
            self.channel(channel_id)
            return [self.message(channel_id, ts) for ts in self._messages[channel_id]]

    def everything(self) -> list[tuple[str, Json]]:
        """Every message of every conversation, with the conversation's ID."""
        with self.changed:
            return [(id, message) for id in self._channels for message in self.messages(id)]

    def thread_root(self, channel_id: str, ts: str) -> str:
        """The ``ts`` of the message that starts the thread which ``ts`` belongs to."""
        with self.changed:
            self.channel(channel_id)
            if ts not in self._messages[channel_id]:
                raise SlackError("thread_not_found")
            return str(self._messages[channel_id][ts].get("thread_ts", ts))

    def has_replies(self, channel_id: str, ts: str) -> bool:
        """Whether a thread has more than its first message."""
        with self.changed:
            return next(self._replies(channel_id, ts), None) is not None

    def _link_reply(self, channel_id: str, reply: Json) -> None:
        root = self.thread_root(channel_id, reply["thread_ts"])
        parent = self._messages[channel_id].get(root, {})
        reply["thread_ts"] = root
        if "user" in parent:
            reply["parent_user_id"] = parent["user"]

    def _thread_summary(self, channel_id: str, ts: str) -> Json:
        replies = list(self._replies(channel_id, ts))
        if not replies:
            return {}
        users = list(dict.fromkeys(r.get("user", r.get("bot_id")) for r in replies))
        return {
            "thread_ts": ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": users,
            "latest_reply": replies[-1]["ts"],
            "is_locked": False,
            "subscribed": False,
        }

    def _replies(self, channel_id: str, ts: str) -> Iterator[Json]:
        for message in self._messages[channel_id].values():
            if message.get("thread_ts") == ts and message["ts"] != ts:
                yield message
