"""The server that tests talk to: its lifetime, what people do in Slack, and what the bot did."""

import json
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from . import events, interactions
from .events import SentEvent
from .faults import Delay, Drop, Fail, Faults, RateLimit
from .loopback import Loopback
from .render import plain
from .socket_mode import Ack, SocketMode
from .web_api import USER_TOKEN, ApiCall, Violation, WebApi
from .workspace import (
    Channel,
    Ephemeral,
    Identity,
    Installation,
    Json,
    ResponseUrl,
    Trigger,
    User,
    Workspace,
)

T = TypeVar("T")

# How long to wait for what the app does, which takes long only on a busy machine.
_PATIENCE = 30.0

_MANIFEST = Path(__file__).parents[2] / "slack" / "manifest.json"


def manifest_scopes() -> set[str]:
    """The bot scopes that the app's manifest asks for."""
    return set(json.loads(_MANIFEST.read_text("utf-8"))["oauth_config"]["scopes"]["bot"])


class SlackServer:
    """A workspace with one installed app, reachable at ``api_url`` inside of the ``with``.

    ``installation`` is what the app may do, which is what its manifest asks for at first.
    ``echo`` sends the bot its own messages as events too, as Slack does.
    """

    bot_token = "xoxb-test-token"
    app_token = "xapp-test-token"
    user_token = USER_TOKEN

    def __init__(self, identity: Identity | None = None, echo: bool = True) -> None:
        self.identity = identity or Identity()
        self._echo = echo
        self._workspace = Workspace(self.identity)
        self.installation = Installation(
            scopes=manifest_scopes(), user_scopes={"chat:write"}, user_team=self.identity.team_id
        )
        self._faults = Faults()
        self._socket_mode = SocketMode(self._workspace)
        self._web_api = WebApi(
            self._workspace, self.installation, self._faults, self._publish, self._socket_url
        )
        app = web.Application(client_max_size=16 * 1024**2)
        app.router.add_route("*", "/api/{method}", self._web_api.handle)
        app.router.add_post("/respond/{id}", self._web_api.respond)
        app.router.add_get("/link/", self._socket_mode.handle)
        self._loopback = Loopback(app, self._socket_mode.close)
        self._port = 0
        self.receiver: Callable[[Json], bool] | None = None
        """What gets the payloads in place of the socket, as of an app in the same process.

        Returns whether the app acknowledged it.
        """
        self._echoing = ThreadPoolExecutor(1, thread_name_prefix="slack-echo")
        self._echoes: list[Future[bool]] = []

    def __enter__(self) -> Self:
        self._port = self._loopback.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loopback.stop()
        self._echoing.shutdown()

    @property
    def port(self) -> int:
        return self._port

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point a bot process at this server."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
        }

    # The workspace

    def add_channel(
        self,
        id: str,
        name: str,
        is_im: bool = False,
        is_private: bool = False,
        is_member: bool = True,
        is_archived: bool = False,
        user: str | None = None,
    ) -> Channel:
        """Add a conversation; ``is_member`` tells whether the bot was invited."""
        channel = Channel(id, name, is_im, is_private, is_member, is_archived, user)
        self._workspace.put_channel(channel)
        return channel

    def add_user(
        self,
        id: str,
        name: str,
        locale: str = "ja-JP",
        is_bot: bool = False,
        tz: str = "Asia/Tokyo",
        tz_offset: int = 32400,
        team: str | None = None,
        is_restricted: bool = False,
        grid: tuple[str, ...] = (),
        is_stranger: bool = False,
    ) -> User:
        user = User(id, name, locale, is_bot, tz, tz_offset, team, is_restricted, grid, is_stranger)
        self._workspace.put_user(user)
        return user

    def user(self, id: str) -> User:
        """Return a person of the workspace."""
        return self._workspace.user(id)

    def add_group(self, id: str, users: list[str]) -> None:
        """Add a user group."""
        self._workspace.groups[id] = users

    def dm_channel(self, user: str) -> str:
        """The ID of the bot's DM with this user."""
        return self._workspace.direct_channel(user).id

    # What people do

    def direct_message(
        self, user: str, text: str, thread_ts: str | None = None, deliver: bool = True
    ) -> SentEvent:
        return self.message(self.dm_channel(user), user, text, thread_ts, deliver=deliver)

    def mention(
        self,
        channel: str,
        user: str,
        text: str,
        thread_ts: str | None = None,
        with_message_event: bool = True,
        message_event_first: bool = False,
        deliver: bool = True,
    ) -> SentEvent:
        """Post a message that mentions the bot; the ``message`` event is among ``related``.

        The mention is put before the text, unless the text has it already.
        """
        tag = f"<@{self.identity.bot_user_id}>"
        text = text if tag in text else f"{tag} {text}"
        place = self._workspace.channel(channel)
        kept = self._store(channel, self._from_user(user, text), thread_ts)
        wanted = [events.mention_event(place, kept)]
        if with_message_event and place.is_member:
            wanted.append(events.message_event(place, kept))
        if message_event_first:
            wanted.reverse()
        sent = [self._send(event, deliver) for event in wanted]
        mention = next(one for one in sent if one.event["type"] == "app_mention")
        return replace(mention, related=tuple(one for one in sent if one is not mention))

    def message(
        self,
        channel: str,
        user: str | None,
        text: str,
        thread_ts: str | None = None,
        subtype: str | None = None,
        bot_id: str | None = None,
        extra: Json | None = None,
        deliver: bool = True,
    ) -> SentEvent:
        """Post a message. The event is not sent when the bot is not a member, as in Slack.

        ``bot_id`` makes it another app's message; ``extra`` adds fields, such as ``files``.
        With ``deliver=False`` it stays unsent, for a later ``redeliver``.
        """
        place = self._workspace.channel(channel)
        message = self._from_user(user, text) if user else {"type": "message", "text": text}
        if subtype:
            message["subtype"] = subtype
        if bot_id:
            message["bot_id"] = bot_id
        kept = self._store(channel, {**message, **(extra or {})}, thread_ts)
        return self._send(events.message_event(place, kept), deliver and place.is_member)

    def edit(self, channel: str, ts: str, text: str, user: str | None = None) -> SentEvent:
        place = self._workspace.channel(channel)
        now = self._workspace.next_ts()
        editor = user or self._workspace.message(channel, ts).get("user")
        fields = {
            "text": text,
            "blocks": events.composed(text),
            "edited": {"user": editor, "ts": now},
        }
        previous, message = self._workspace.replace(channel, ts, fields)
        event = events.changed_event(place, now, message, previous)
        return self._send(event, place.is_member)

    def delete(self, channel: str, ts: str) -> SentEvent:
        place = self._workspace.channel(channel)
        removed = self._workspace.remove(channel, ts)
        event = events.deleted_event(place, self._workspace.next_ts(), removed)
        return self._send(event, place.is_member)

    def join(self, channel: str, user: str, inviter: str | None = None) -> SentEvent:
        extra = {"inviter": inviter} if inviter else None
        text = f"<@{user}> has joined the channel"
        return self.message(channel, user, text, subtype="channel_join", extra=extra)

    def react(self, channel: str, ts: str, user: str, name: str = "eyes") -> SentEvent:
        """Add somebody's reaction to a message."""
        item = {"type": "message", "channel": channel, "ts": ts}
        event = {"type": "reaction_added", "user": user, "reaction": name, "item": item}
        return self._send({**event, "event_ts": self._workspace.next_ts()}, True)

    def open_home(self, user: str, tab: str = "home") -> SentEvent:
        """Open the app's home, or its messages tab."""
        channel = self.dm_channel(user)
        event = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab}
        return self._send({**event, "event_ts": self._workspace.next_ts()}, True)

    def press(
        self, channel: str, message: Json, label: str, user: str, ephemeral: bool = False
    ) -> str:
        """Press the button with a label in a message; return the envelope's id."""
        action = interactions.button(message, label)
        payload = interactions.block_actions(
            self.identity,
            self.user(user),
            channel,
            message,
            action,
            self.trigger(user),
            ephemeral,
        )
        payload["response_url"] = self.response_url(channel, user)
        return self.send_envelope("interactive", payload)

    def submit(
        self, view: Json, user: str, values: dict[str, str], unticked: Collection[str] = ()
    ) -> str:
        """Send a modal in, with a text for each input, and boxes as they are but for some."""
        payload = interactions.view_submission(
            self.identity, self.user(user), view, values, unticked
        )
        return self.send_envelope("interactive", payload)

    def command(self, channel: str, user: str, command: str, text: str) -> str:
        """Type a slash command."""
        payload = interactions.slash_command(
            self.identity, self.user(user), channel, command, text, self.trigger(user)
        )
        payload["response_url"] = self.response_url(channel, user)
        return self.send_envelope("slash_commands", payload)

    def shortcut(self, channel: str, message: Json, user: str, callback_id: str) -> str:
        """Use a message shortcut."""
        payload = interactions.message_action(
            self.identity,
            self.user(user),
            channel,
            message,
            callback_id,
            self.trigger(user),
        )
        payload["response_url"] = self.response_url(channel, user)
        return self.send_envelope("interactive", payload)

    def views(self, user: str | None = None) -> list[Json]:
        """The views that the bot has shown somebody, oldest first."""
        return [shown.view for shown in self._workspace.views() if user in (None, shown.user)]

    def wait_for_view(self, user: str, count: int = 1, timeout: float = _PATIENCE) -> Json:
        """The newest view of a person, once there are ``count``."""

        def shown() -> list[Json]:
            found = self.views(user)
            return found if len(found) >= count else []

        return self.wait_until(shown, timeout, f"view for {user}")[-1]

    def wait_for_ephemerals(
        self, user: str, count: int = 1, timeout: float = _PATIENCE
    ) -> list[Json]:
        """What only one person sees, once there are ``count`` of it."""

        def posted() -> list[Json]:
            found = [e.message for e in self.ephemerals() if e.user == user]
            return found if len(found) >= count else []

        return self.wait_until(posted, timeout, f"{count} ephemerals for {user}")

    # Events and their delivery

    def send_event(
        self,
        event: Json,
        event_id: str | None = None,
        retry_attempt: int | None = None,
        retry_reason: str | None = None,
    ) -> SentEvent:
        """Send any event as it is, without keeping anything in the workspace."""
        return self._send(event, True, event_id, retry_attempt or 0, retry_reason or "")

    def redeliver(self, sent: SentEvent, retry_reason: str = "timeout") -> SentEvent:
        """Send an event again, or at last: the same ``event_id`` in a new envelope."""
        if not sent.envelope_id:
            return self._send(sent.event, True, sent.event_id)
        attempt = sent.retry_attempt + 1
        return self._send(sent.event, True, sent.event_id, attempt, retry_reason)

    def send_envelope(
        self, type: str, payload: Json, retry_attempt: int = 0, retry_reason: str = ""
    ) -> str:
        """Send an envelope, such as ``interactive`` or ``slash_commands``; return its ID.

        Waits up to 15 s for an open connection, as there is none while the app reconnects.
        """
        envelope = events.envelope(type, payload, retry_attempt, retry_reason)
        if self.receiver is not None:
            self._socket_mode.hand_over(envelope, self.receiver)
            return str(envelope["envelope_id"])
        deadline = time.monotonic() + 15
        while True:
            self.wait_connected(max(0, deadline - time.monotonic()))
            try:
                self._loopback.run(self._socket_mode.send(envelope))
                return str(envelope["envelope_id"])
            except ConnectionError:
                # The connection closed since; the app is about to open the next one.
                continue

    def wait_connected(self, timeout: float = _PATIENCE, opened: int = 1) -> None:
        """Wait for an open connection, the ``opened``-th one or a later one."""

        def ready() -> bool:
            enough = self._socket_mode.opened >= opened
            return enough and bool(self._socket_mode.open_connections())

        self._workspace.wait_until(ready, timeout, "open Socket Mode connection")

    @property
    def connections_opened(self) -> int:
        """How many Socket Mode connections the app has opened so far."""
        return self._socket_mode.opened

    def disconnect(self, reason: str = "refresh_requested", grace: float = 0.5) -> None:
        """Ask the app to reconnect; close its old connections after ``grace`` seconds at most.

        The SDK's client reads the new connection only once the old one is closed.
        """
        work = self._socket_mode.disconnect(reason, grace)
        self._loopback.run(work, timeout=grace + 10)

    def close_connections(self) -> None:
        """Close every connection without warning, as when Slack's own server goes away.

        The SDK's client reconnects at its next check, which is up to 10 s away by default.
        """
        self._loopback.run(self._socket_mode.close())

    def lose_connections(self) -> None:
        """Let every connection go dead, as when a router in between forgets it."""
        self._socket_mode.lose()

    def wait_for_ack(self, sent: SentEvent | str, timeout: float = _PATIENCE) -> Ack:
        envelope_id = sent if isinstance(sent, str) else sent.envelope_id
        if not envelope_id:
            raise ValueError("the event was never delivered, so it cannot be acknowledged")
        what = f"ack of envelope {envelope_id}"
        return self.wait_until(lambda: self._socket_mode.ack(envelope_id), timeout, what)

    def acks(self) -> list[Ack]:
        return self._socket_mode.acks()

    # What the bot did

    def wait_until(self, condition: Callable[[], T | None], timeout: float, what: str) -> T:
        """Wait for the first true value, checked whenever something happens on the server."""
        return self._workspace.wait_until(condition, timeout, what)

    def wait_for_messages(
        self, channel: str, count: int, thread_ts: str | None = None, timeout: float = _PATIENCE
    ) -> list[Json]:
        """The bot's messages in a channel, or in one thread of it, once there are ``count``."""

        def posted() -> list[Json]:
            found = self.bot_messages(channel, thread_ts)
            return found if len(found) >= count else []

        try:
            return self.wait_until(posted, timeout, f"{count} messages in {channel}")
        except TimeoutError as problem:
            texts = [plain(message) for message in self.bot_messages(channel, thread_ts)]
            raise TimeoutError(f"{problem}; the bot posted {texts}") from None

    def bot_messages(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """The bot's own messages, oldest first, in their present form."""
        return [
            message
            for message in self.messages(channel)
            if message.get("bot_id") == self.identity.bot_id
            and thread_ts in (None, message.get("thread_ts"))
        ]

    def messages(self, channel: str) -> list[Json]:
        """Everybody's messages, replies too, oldest first."""
        return self._workspace.messages(channel)

    def ephemerals(self) -> list[Ephemeral]:
        return self._workspace.ephemerals()

    def calls(self, method: str | None = None) -> list[ApiCall]:
        with self._workspace.changed:
            return [call for call in self._web_api.calls if method in (None, call.method)]

    @property
    def violations(self) -> list[Violation]:
        """The messages that broke one of Slack's rules so far."""
        with self._workspace.changed:
            return list(self._web_api.violations)

    def forgive(self) -> None:
        """Forget the rules that were broken, for a test that breaks them."""
        with self._workspace.changed:
            self._web_api.violations.clear()

    # Faults

    def fail_next(self, method: str, error: str = "internal_error", times: int = 1) -> None:
        self._faults.add(method, Fail(error), times)

    def rate_limit_next(self, method: str, retry_after: int = 1, times: int = 1) -> None:
        self._faults.add(method, RateLimit(retry_after), times)

    def drop_next(self, method: str, times: int = 1, applied: bool = False) -> None:
        """Close the connection unanswered; with ``applied`` only after the call took effect.

        The SDK's default retry handler repeats such a call once.
        """
        self._faults.add(method, Drop(applied), times)

    def scatter_faults(self, share: float, seed: int = 0) -> None:
        """Let a share of all calls fail: refused, limited, broken or unanswered; 0 ends it.

        Half of those that break or stay unanswered took effect first.
        """
        self._faults.scatter(share, seed)

    @property
    def faults_scattered(self) -> int:
        """How many calls have failed for it."""
        return self._faults.scattered

    def expire_streams(self) -> None:
        """End every stream, as Slack does after some minutes."""
        self._web_api.streams.expire()

    def delay_next(self, method: str, seconds: float, times: int = 1) -> None:
        self._faults.add(method, Delay(seconds), times)

    # Inside

    def _from_user(self, user: str, text: str) -> Json:
        return events.user_message(self.identity, user, text, self._workspace.user(user).team)

    def _store(self, channel: str, message: Json, thread_ts: str | None) -> Json:
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        return self._workspace.store(channel, {**message, **thread})

    def _send(
        self,
        event: Json,
        deliver: bool,
        event_id: str | None = None,
        retry_attempt: int = 0,
        retry_reason: str = "",
    ) -> SentEvent:
        event_id = event_id or events.new_event_id()
        if not deliver:
            return SentEvent(event_id, event)
        envelope_id = self.send_envelope(
            "events_api",
            events.callback(self.identity, event, event_id, int(time.time())),
            retry_attempt=retry_attempt,
            retry_reason=retry_reason,
        )
        return SentEvent(event_id, event, envelope_id, retry_attempt)

    def trigger(self, user: str) -> str:
        """What lets the app open a view for somebody."""
        trigger = f"trigger.{len(self._workspace.triggers)}.{time.monotonic_ns()}"
        self._workspace.triggers[trigger] = Trigger(user, time.monotonic())
        return trigger

    def response_url(self, channel: str, user: str) -> str:
        """Where the app may answer what a person does next."""
        urls = self._workspace.response_urls
        urls[str(len(urls))] = ResponseUrl(channel, user, time.monotonic())
        return f"http://127.0.0.1:{self._port}/respond/{len(urls) - 1}"

    def _publish(self, event: Json) -> None:
        if not self._echo or not self._workspace.channel(event["channel"]).is_member:
            return
        payload = events.callback(self.identity, event, events.new_event_id(), int(time.time()))
        if self.receiver is None:
            self._loopback.spawn(self._send_echo(payload))
        else:
            # Not on the server's own thread, which the app may be about to ask something.
            self._echoes.append(self._echoing.submit(self.receiver, payload))

    def is_echoing(self) -> bool:
        """Whether the receiver is still to be told of some of its own messages."""
        return not all(echo.done() for echo in self._echoes)

    async def _send_echo(self, payload: Json) -> None:
        try:
            await self._socket_mode.send(events.envelope("events_api", payload))
        except ConnectionError:
            # An app that only uses the Web API has no connection to be told on.
            return

    def _socket_url(self) -> str:
        ticket = self._socket_mode.new_ticket()
        return f"ws://127.0.0.1:{self._port}/link/?ticket={ticket}&app_id={self.identity.app_id}"
