import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from testing.slack_server import SlackServer, plain

SHOWN = {"type": "section", "text": {"type": "mrkdwn", "text": "shown"}}


def error_of(problem: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(problem.value.response["error"])


# Lifetime


def test_the_port_is_free_after_the_with_block() -> None:
    with SlackServer() as slack:
        port = slack.port
        assert slack.api_url == f"http://127.0.0.1:{port}/api/"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert "slack-server" not in [thread.name for thread in threading.enumerate()]


def test_two_servers_at_once() -> None:
    with SlackServer() as one, SlackServer() as two:
        assert one.port != two.port


# Web API


def test_auth_test(client: WebClient, slack: SlackServer) -> None:
    answer = client.auth_test()
    assert answer["user_id"] == slack.identity.bot_user_id
    assert answer["bot_id"] == slack.identity.bot_id
    assert "chat:write" in answer.headers["x-oauth-scopes"]


def test_wrong_tokens_and_methods(client: WebClient, slack: SlackServer) -> None:
    for token, error in (("xoxp-1", "invalid_auth"), ("", "not_authed")):
        with pytest.raises(SlackApiError) as problem:
            WebClient(token=token, base_url=slack.api_url).auth_test()
        assert error_of(problem) == error
    with pytest.raises(SlackApiError) as problem:
        client.apps_connections_open(app_token=slack.bot_token)
    assert error_of(problem) == "invalid_auth"
    with pytest.raises(SlackApiError) as problem:
        client.api_call("guides.polish")
    assert error_of(problem) == "unknown_method"
    with pytest.raises(SlackApiError) as problem:
        client.api_call("chat.update", json={"channel": "C1", "text": "new"})
    assert error_of(problem) == "invalid_arguments"


def test_form_query_and_json_bodies(slack: SlackServer) -> None:
    blocks = '[{"type": "divider"}]'
    fields = {"token": slack.bot_token, "channel": "C1", "blocks": blocks, "text": "日本語"}
    form = urllib.parse.urlencode(fields)
    url = f"{slack.api_url}chat.postMessage"
    for target, body in ((url, form.encode()), (f"{url}?{form}", None)):
        with urllib.request.urlopen(target, body, timeout=5) as answer:
            assert b'"ok": true' in answer.read()
    bad = urllib.request.Request(url, b"{", {"Content-Type": "application/json"})
    with urllib.request.urlopen(bad, timeout=5) as answer:
        assert b"invalid_json" in answer.read()
    assert [m["text"] for m in slack.bot_messages("C1")] == ["日本語"] * 2
    assert slack.bot_messages("C1")[0]["blocks"][0]["type"] == "divider"
    assert [call.token for call in slack.calls("chat.postMessage")] == [slack.bot_token] * 2


def test_post_update_delete_and_replies(client: WebClient, slack: SlackServer) -> None:
    question = slack.message("C1", "U1", "why?", deliver=False)
    posted = client.chat_postMessage(channel="C1", thread_ts=question.ts, text="working on it")
    assert posted["message"]["parent_user_id"] == "U1"
    client.chat_update(channel="C1", ts=posted["ts"], text="because", blocks=[SHOWN])
    parent, reply = client.conversations_replies(channel="C1", ts=question.ts)["messages"]
    assert parent["reply_count"] == 1
    assert parent["reply_users"] == [slack.identity.bot_user_id]
    assert reply["text"] == "because"
    assert reply["edited"]["user"] == slack.identity.bot_user_id
    assert reply["blocks"][0]["block_id"]
    client.chat_delete(channel="C1", ts=posted["ts"])
    assert len(client.conversations_replies(channel="C1", ts=question.ts)["messages"]) == 1


def test_an_update_without_blocks_keeps_them(client: WebClient, slack: SlackServer) -> None:
    posted = client.chat_postMessage(channel="C1", text="a", blocks=[SHOWN])
    client.chat_update(channel="C1", ts=posted["ts"], text="b")
    assert plain(slack.bot_messages("C1")[0]) == "shown"


def test_history_is_newest_first_without_replies_and_in_pages(
    client: WebClient, slack: SlackServer
) -> None:
    sent = [slack.message("C1", "U1", text, deliver=False) for text in "abc"]
    slack.message("C1", "U1", "reply", thread_ts=sent[0].ts, deliver=False)
    first = client.conversations_history(channel="C1", limit=2)
    assert [m["text"] for m in first["messages"]] == ["c", "b"]
    cursor = first["response_metadata"]["next_cursor"]
    rest = client.conversations_history(channel="C1", limit=2, cursor=cursor)
    assert [m["text"] for m in rest["messages"]] == ["a"]
    assert not rest["has_more"]
    newer = client.conversations_history(channel="C1", oldest=sent[1].ts)
    assert [m["text"] for m in newer["messages"]] == ["c"]
    assert sorted(e.ts for e in sent) == [e.ts for e in sent]


def test_users_and_conversations(client: WebClient, slack: SlackServer) -> None:
    assert client.users_info(user="U1", include_locale=True)["user"]["locale"] == "ja-JP"
    assert "locale" not in client.users_info(user="U1")["user"]
    with pytest.raises(SlackApiError) as problem:
        client.conversations_info(channel="C1")
    assert error_of(problem) == "missing_scope"
    assert problem.value.response["needed"] == "channels:read"
    slack.installation.scopes |= {"channels:read", "im:read"}
    assert client.conversations_info(channel="C1")["channel"]["name"] == "help"
    direct = slack.dm_channel("U1")
    assert client.conversations_info(channel=direct)["channel"]["user"] == "U1"
    assert client.chat_postMessage(channel="U1", text="hi")["channel"] == direct


def test_unknown_things(client: WebClient, slack: SlackServer) -> None:
    slack.add_channel("C2", "elsewhere", is_member=False)
    slack.installation.scopes.add("reactions:write")
    ts = slack.message("C1", "U1", "mine", deliver=False).ts
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: client.chat_postMessage(channel="C9", text="a"), "channel_not_found"),
        (lambda: client.chat_postMessage(channel="C2", text="a"), "not_in_channel"),
        (
            lambda: client.chat_postMessage(channel="C9", text="a", thread_ts="1.2"),
            "channel_not_found",
        ),
        (lambda: client.users_info(user="U9"), "user_not_found"),
        (lambda: client.conversations_replies(channel="C1", ts="1.2"), "thread_not_found"),
        (
            lambda: client.chat_postMessage(channel="C1", text="a", thread_ts="1.2"),
            "thread_not_found",
        ),
        (lambda: client.chat_update(channel="C1", ts="1.2", text="a"), "message_not_found"),
        (lambda: client.chat_update(channel="C1", ts=ts, text="a"), "cant_update_message"),
        (lambda: client.chat_delete(channel="C1", ts=ts), "cant_delete_message"),
        (lambda: client.reactions_remove(channel="C1", timestamp=ts, name="x"), "no_reaction"),
    ]
    for call, error in refused:
        with pytest.raises(SlackApiError) as problem:
            call()
        assert error_of(problem) == error


def test_reactions_ephemerals_and_assistant_threads(client: WebClient, slack: SlackServer) -> None:
    slack.installation.scopes.add("reactions:write")
    ts = slack.direct_message("U1", "hello", deliver=False).ts
    channel = slack.dm_channel("U1")
    client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    assert slack.messages(channel)[0]["reactions"][0]["name"] == "eyes"
    with pytest.raises(SlackApiError) as problem:
        client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    assert error_of(problem) == "already_reacted"
    client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    assert slack.messages(channel)[0]["reactions"] == []
    client.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status="thinking")
    client.assistant_threads_setTitle(channel_id=channel, thread_ts=ts, title="hello")
    client.assistant_threads_setSuggestedPrompts(
        channel_id=channel, thread_ts=ts, prompts=[{"title": "a", "message": "b"}]
    )
    assert slack.calls("assistant.threads.setStatus")[0].params["status"] == "thinking"
    client.chat_postEphemeral(channel="C1", user="U1", text="only you")
    assert [e.message["text"] for e in slack.ephemerals()] == ["only you"]
    assert slack.bot_messages("C1") == []


def test_permalink_of_a_reply(client: WebClient, slack: SlackServer) -> None:
    root = slack.message("C1", "U1", "a", deliver=False)
    reply = slack.message("C1", "U1", "b", thread_ts=root.ts, deliver=False)
    link = client.chat_getPermalink(channel="C1", message_ts=reply.ts)["permalink"]
    assert link.endswith(f"p{reply.ts.replace('.', '')}?thread_ts={root.ts}&cid=C1")


# Faults


def test_fail_next_is_used_up(client: WebClient, slack: SlackServer) -> None:
    slack.fail_next("chat.postMessage", "is_archived", times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as problem:
            client.chat_postMessage(channel="C1", text="a")
        assert error_of(problem) == "is_archived"
    client.chat_postMessage(channel="C1", text="a")
    assert len(slack.calls("chat.postMessage")) == 3


def test_rate_limit_is_retried_after_the_time_given(client: WebClient, slack: SlackServer) -> None:
    slack.rate_limit_next("chat.postMessage", retry_after=0)
    with pytest.raises(SlackApiError) as problem:
        client.chat_postMessage(channel="C1", text="a")
    assert error_of(problem) == "ratelimited"
    assert problem.value.response.status_code == 429
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    slack.rate_limit_next("chat.postMessage", retry_after=1)
    client.chat_postMessage(channel="C1", text="b")
    first, second = slack.calls("chat.postMessage")[-2:]
    assert second.time - first.time >= 1
    assert len(slack.bot_messages("C1")) == 1


@pytest.mark.parametrize(("applied", "messages"), [(False, 1), (True, 2)])
def test_a_dropped_call_is_repeated_by_the_sdk(
    client: WebClient, slack: SlackServer, applied: bool, messages: int
) -> None:
    slack.drop_next("chat.postMessage", applied=applied)
    client.chat_postMessage(channel="C1", text="a")
    assert len(slack.calls("chat.postMessage")) == 2
    assert len(slack.bot_messages("C1")) == messages


def test_a_delayed_call(client: WebClient, slack: SlackServer) -> None:
    slack.delay_next("auth.test", 0.2)
    before = time.monotonic()
    client.auth_test()
    assert time.monotonic() - before >= 0.2
