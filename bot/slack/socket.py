"""The connection that Slack's requests come over in Socket Mode."""

from __future__ import annotations

import contextlib
import logging
import time

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.builtin.connection import Connection

from bot.slack.retries import with_retries

# After four times as long without a pong, the SDK opens another connection.
_PING_SECONDS = 2
_SILENT_SECONDS = 4 * _PING_SECONDS

# The SDK reads what waits in the connection by recursion, a level for each of these; at its own
# 1,024 bytes, one message of 40,000 emoji or some hundred events at once break the connection.
_RECEIVE_BYTES = 65_536

logger = logging.getLogger(__name__)


class Socket:
    """A socket to Slack, which the SDK opens again when it is closed."""

    def __init__(self, app: App, app_token: str) -> None:
        self._handler = SocketModeHandler(
            app, app_token, ping_interval=_PING_SECONDS, receive_buffer_size=_RECEIVE_BYTES
        )
        self._mute: tuple[Connection, float] | None = None

    def connect(self) -> None:
        """Open it."""
        with_retries(self._handler.connect)
        logger.info("Connected to Slack.")

    def close(self) -> None:
        """Close it for good."""
        with contextlib.suppress(Exception):
            self._handler.close()  # type: ignore[no-untyped-call]

    def check(self) -> str | None:
        """Return what is wrong with it, if anything is."""
        return None if self._handler.client.is_connected() else "not connected"

    def drop_if_silent(self) -> None:
        """Give up a connection on which Slack has not answered once; the SDK waits for it forever.

        To be called every few seconds.
        """
        session = self._handler.client.current_session
        if session is None or session.last_ping_pong_time is not None:
            self._mute = None
        elif self._mute is None or self._mute[0] is not session:
            self._mute = (session, time.monotonic())
        elif session.is_active() and time.monotonic() - self._mute[1] > _SILENT_SECONDS:
            logger.warning("Slack has not answered since the connection was opened; once more.")
            session.disconnect()
