from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from testing.slack_server import SlackServer


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.add_user("U1", "hanako")
        server.add_channel("C1", "help")
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=5)
