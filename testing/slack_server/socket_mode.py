"""The WebSocket side: connections of the app, envelopes sent to it, and its acks."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from .workspace import Json, Workspace

HELLO_HOST = "applink-1"


@dataclass(frozen=True)
class Ack:
    """The app's answer to one envelope, and how long it took after the envelope was sent."""

    envelope_id: str
    seconds: float
    payload: Any = None


@dataclass(eq=False)
class Connection:
    """One open socket; ``draining`` once the app was told to open another one.

    Where the network between lost it, it is neither heard nor hears.
    """

    socket: web.WebSocketResponse
    draining: bool = False
    lost: bool = False
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class SocketMode:
    """Every Socket Mode connection of the app; its coroutines belong to the server's loop."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._sent_at: dict[str, float] = {}
        self._acks: dict[str, Ack] = {}
        self.opened = 0

    def new_ticket(self) -> str:
        ticket = str(uuid.uuid4())
        self._tickets.add(ticket)
        return ticket

    def open_connections(self) -> list[Connection]:
        with self._workspace.changed:
            return [c for c in self._connections if not c.draining and not c.socket.closed]

    def ack(self, envelope_id: str) -> Ack | None:
        with self._workspace.changed:
            return self._acks.get(envelope_id)

    def acks(self) -> list[Ack]:
        with self._workspace.changed:
            return list(self._acks.values())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.remove(ticket)
        # Not longer than a second to wait for the close of an app that hangs.
        socket = web.WebSocketResponse(timeout=1, autoping=False)
        await socket.prepare(request)
        connection = Connection(socket)
        await socket.send_str(json.dumps(self._hello()))
        self._add(connection)
        try:
            async for message in socket:
                if connection.lost:
                    continue
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    self._receive(message.data)
        finally:
            self._remove(connection)
        return socket

    async def send(self, envelope: Json) -> None:
        """Send on the newest connection that still takes events, as there may be several."""
        for connection in reversed(self.open_connections()):
            with self._workspace.changed:
                self._sent_at[envelope["envelope_id"]] = time.monotonic()
            try:
                await connection.socket.send_str(json.dumps(envelope))
                return
            except ConnectionError:
                connection.draining = True
        raise ConnectionError("the app has no open Socket Mode connection")

    def hand_over(self, envelope: Json, receiver: Callable[[Json], bool]) -> None:
        """Give an app in the same process what is in an envelope; keep its ack if it gives one."""
        began = time.monotonic()
        acknowledged = receiver(envelope["payload"])
        if acknowledged:
            with self._workspace.changed:
                id = envelope["envelope_id"]
                self._acks[id] = Ack(id, time.monotonic() - began)
                self._workspace.changed.notify_all()

    async def disconnect(self, reason: str, grace: float) -> None:
        """Tell the app to reconnect, then close what it has not closed itself in time."""
        leaving = self.open_connections()
        with self._workspace.changed:
            for connection in leaving:
                connection.draining = True
        envelope = {"type": "disconnect", "reason": reason, "debug_info": {"host": HELLO_HOST}}
        await asyncio.gather(*(self._dismiss(c, envelope, grace) for c in leaving))

    def lose(self) -> None:
        """Lose every connection without either side being told."""
        with self._workspace.changed:
            for connection in self._connections:
                connection.lost = connection.draining = True

    async def close(self) -> None:
        with self._workspace.changed:
            remaining = list(self._connections)
        await asyncio.gather(*(c.socket.close() for c in remaining))

    async def _dismiss(self, connection: Connection, envelope: Json, grace: float) -> None:
        try:
            await connection.socket.send_str(json.dumps(envelope))
            await asyncio.wait_for(connection.closed.wait(), grace)
        except TimeoutError:
            await connection.socket.close()
        except ConnectionError:
            # It went away by itself, which is what it was to be told.
            return

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.open_connections()) + 1,
            "debug_info": {
                "host": HELLO_HOST,
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self._workspace.identity.app_id},
        }

    def _add(self, connection: Connection) -> None:
        with self._workspace.changed:
            self._connections.append(connection)
            self.opened += 1
            self._workspace.changed.notify_all()

    def _remove(self, connection: Connection) -> None:
        connection.closed.set()
        with self._workspace.changed:
            self._connections.remove(connection)
            self._workspace.changed.notify_all()

    def _receive(self, data: str) -> None:
        received = time.monotonic()
        answer = json.loads(data)
        envelope_id = answer.get("envelope_id")
        with self._workspace.changed:
            if envelope_id not in self._sent_at:
                return
            seconds = received - self._sent_at[envelope_id]
            ack = Ack(envelope_id, seconds, answer.get("payload"))
            self._acks.setdefault(envelope_id, ack)
            self._workspace.changed.notify_all()
