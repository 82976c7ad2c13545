"""The connection in Socket Mode."""

from __future__ import annotations

import time

from slack_bolt import App
from slack_sdk import WebClient

from bot.slack.socket import Socket
from testing.slack_server import SlackServer


def test_closing_does_not_wait_for_slack_to_send_something(slack: SlackServer) -> None:
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    socket = Socket(App(client=client), slack.app_token)
    socket.connect()
    slack.wait_connected()
    # The SDK's receiving thread has begun to wait, for three seconds.
    time.sleep(0.5)
    began = time.monotonic()
    socket.close()
    assert time.monotonic() - began < 1.5
    assert socket.check() == "not connected"
    assert slack.connections_opened == 1
