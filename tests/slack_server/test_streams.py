from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from testing.slack_server import SlackServer, plain

RECIPIENT = {"recipient_team_id": "T0GUIDE", "recipient_user_id": "U1"}
SHOWN = {"type": "section", "text": {"type": "mrkdwn", "text": "shown"}}


def task(status: str, **more: Any) -> dict[str, Any]:
    return {"type": "task_update", "id": "t", "title": "Search", "status": status, **more}


def begun(client: WebClient, root: str) -> str:
    stream = client.chat_stream(channel="C1", thread_ts=root, buffer_size=1, **RECIPIENT)
    stream.append(chunks=[task("in_progress")])
    return str(stream.ts)


def error_of(problem: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(problem.value.response["error"])


def test_a_stream_grows_and_ends(client: WebClient, slack: SlackServer) -> None:
    root = slack.message("C1", "U1", "why?", deliver=False).ts
    stream = client.chat_stream(channel="C1", thread_ts=root, buffer_size=1, **RECIPIENT)
    stream.append(chunks=[task("in_progress")])
    stream.append(markdown_text="because")
    (message,) = slack.bot_messages("C1")
    assert plain(message) == "[in_progress] Search\nbecause"
    with pytest.raises(SlackApiError) as problem:
        client.chat_update(channel="C1", ts=str(stream.ts), text="new")
    assert error_of(problem) == "streaming_state_conflict"
    source = {"type": "url", "url": "https://a.test/", "text": "a"}
    stream.stop(chunks=[task("complete", sources=[source])], blocks=[SHOWN])
    (message,) = slack.bot_messages("C1")
    assert plain(message) == "[complete] Search\na <https://a.test/>\nbecause\nshown"
    with pytest.raises(SlackApiError) as problem:
        client.chat_appendStream(channel="C1", ts=message["ts"], markdown_text="more")
    assert error_of(problem) == "message_not_in_streaming_state"
    client.chat_update(channel="C1", ts=message["ts"], text="new", blocks=[SHOWN])
    assert slack.violations == []


def test_a_stream_that_slack_has_ended(client: WebClient, slack: SlackServer) -> None:
    root = slack.message("C1", "U1", "why?", deliver=False).ts
    ts = begun(client, root)
    slack.expire_streams()
    with pytest.raises(SlackApiError) as problem:
        client.chat_stopStream(channel="C1", ts=ts)
    assert error_of(problem) == "message_not_in_streaming_state"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"recipient_user_id": ""}, "missing_recipient_user_id"),
        ({"recipient_team_id": ""}, "missing_recipient_team_id"),
        ({"task_display_mode": "list"}, "invalid_arguments"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [task("done")]}, "invalid_chunks"),
        ({"chunks": [task("complete", sources=[{"type": "url", "url": "x"}])]}, "invalid_chunks"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "nothing"}]}]}, "invalid_chunks"),
        ({"blocks": [SHOWN]}, "invalid_arguments"),
    ],
)
def test_what_no_stream_begins_with(
    client: WebClient, slack: SlackServer, params: dict[str, Any], error: str
) -> None:
    root = slack.message("C1", "U1", "why?", deliver=False).ts
    arguments = {"channel": "C1", "thread_ts": root, **RECIPIENT, **params}
    with pytest.raises(SlackApiError) as problem:
        client.api_call("chat.startStream", json=arguments)
    assert error_of(problem) == error
    assert slack.bot_messages("C1") == []


def test_a_stream_ends_with_at_most_fifty_blocks(client: WebClient, slack: SlackServer) -> None:
    root = slack.message("C1", "U1", "why?", deliver=False).ts
    ts = begun(client, root)
    with pytest.raises(SlackApiError) as problem:
        client.chat_stopStream(channel="C1", ts=ts, blocks=[SHOWN] * 51)
    assert error_of(problem) == "invalid_blocks"
