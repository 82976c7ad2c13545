"""The connection for Slack's requests in Socket Mode."""

from __future__ import annotations

import contextlib
import logging
import time

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.builtin.connection import Connection

from bot.slack.retries import with_retries

# Short, so that a lost connection is noticed within seconds: after four ping intervals without a
# pong, the SDK reconnects.
_PING_SECONDS = 2
_SILENT_SECONDS = 4 * _PING_SECONDS

# The SDK reads pending data recursively, one level per buffer. With its default of 1,024 bytes, a
# message of 40,000 emoji or a few hundred events at once break the connection.
_RECEIVE_BYTES = 65_536

logger = logging.getLogger(__name__)


class Socket:
    """A WebSocket to Slack, which the SDK reopens when it closes."""

    def __init__(self, app: App, app_token: str) -> None:
        self._handler = SocketModeHandler(
            app, app_token, ping_interval=_PING_SECONDS, receive_buffer_size=_RECEIVE_BYTES
        )
        self._mute: tuple[Connection, float] | None = None

    def connect(self) -> None:
        """Connect, with retries."""
        with_retries(self._handler.connect)
        logger.info("Connected to Slack.")

    def close(self) -> None:
        """Disconnect for good."""
        client = self._handler.client
        with contextlib.suppress(Exception):
            # The SDK waits until its receiving thread has given up waiting for data, which takes up
            # to three seconds. The answer to a ping ends that at once.
            client.auto_reconnect_enabled = False
            client.current_session_state.terminated = True
            if client.current_session is not None:
                client.current_session.check_state()
        with contextlib.suppress(Exception):
            self._handler.close()  # type: ignore[no-untyped-call]

    def check(self) -> str | None:
        """Return what is wrong, if anything."""
        return None if self._handler.client.is_connected() else "not connected"

    def drop_if_silent(self) -> None:
        """Drop a connection that Slack has never answered on; the SDK would wait forever.

        Call it every few seconds.
        """
        session = self._handler.client.current_session
        if session is None or session.last_ping_pong_time is not None:
            self._mute = None
        elif self._mute is None or self._mute[0] is not session:
            self._mute = (session, time.monotonic())
        elif session.is_active() and time.monotonic() - self._mute[1] > _SILENT_SECONDS:
            logger.warning("Slack has not answered since the connection was opened; reconnecting.")
            session.disconnect()
