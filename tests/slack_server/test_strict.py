"""What the loopback Slack refuses, as Slack does."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from testing.slack_server import SlackServer, methods, web_api

VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "t"},
    "blocks": [{"type": "divider"}],
}


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def answer(url: str) -> int:
    """Post to a response URL; the status that Slack answers with."""
    request = urllib.request.Request(url, json.dumps({"text": "hi"}).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_response_url_is_good_for_five_uses(slack: SlackServer) -> None:
    url = slack.response_url("C1", "U1")
    assert [answer(url) for _ in range(6)] == [200] * 5 + [404]
    assert len(slack.ephemerals()) == 5
    assert [v.error for v in slack.violations] == ["used_url"]


def test_a_response_url_is_good_for_half_an_hour(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = slack.response_url("C1", "U1")
    monkeypatch.setattr(web_api, "_USED_FOR_SECONDS", 0)
    time.sleep(0.01)
    assert answer(url) == 404


def test_a_trigger_is_good_for_one_view_and_not_for_long(
    slack: SlackServer, client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger = slack.trigger("U1")
    client.views_open(trigger_id=trigger, view=VIEW)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        client.views_open(trigger_id=trigger, view=VIEW)
    late = slack.trigger("U1")
    monkeypatch.setattr(methods, "_TRIGGER_SECONDS", 0)
    time.sleep(0.01)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        client.views_open(trigger_id=late, view=VIEW)


@pytest.mark.parametrize("name", ["oldest", "latest"])
def test_limits_are_timestamps(slack: SlackServer, client: WebClient, name: str) -> None:
    ts = slack.message("C1", "U1", "a", deliver=False).ts
    limit: dict[str, Any] = {name: "command:1"}
    good: dict[str, Any] = {name: ts}
    client.conversations_history(channel="C1", **good)
    with pytest.raises(SlackApiError, match=f"invalid_ts_{name}"):
        client.conversations_history(channel="C1", **limit)
    with pytest.raises(SlackApiError, match=f"invalid_ts_{name}"):
        client.conversations_replies(channel="C1", ts=ts, **limit)


@pytest.mark.parametrize(
    ("method", "scope"),
    [
        ("chat.postMessage", "chat:write"),
        ("conversations.replies", "channels:history"),
        ("users.info", "users:read"),
        ("assistant.threads.setStatus", "assistant:write"),
    ],
)
def test_methods_need_their_scopes(
    slack: SlackServer, client: WebClient, method: str, scope: str
) -> None:
    ts = slack.message("C1", "U1", "a", deliver=False).ts
    arguments = {
        "channel": "C1",
        "channel_id": "C1",
        "ts": ts,
        "thread_ts": ts,
        "text": "hi",
        "user": "U1",
        "status": "works",
    }
    client.api_call(method, params=arguments)
    slack.installation.scopes.discard(scope)
    with pytest.raises(SlackApiError, match="missing_scope"):
        client.api_call(method, params=arguments)
