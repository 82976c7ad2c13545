from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from testing.slack_server import SlackServer, plain


def rich(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": list(elements)}]


def inline(**element: Any) -> list[dict[str, Any]]:
    return rich({"type": "rich_text_section", "elements": [element]})


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**fields: Any) -> list[dict[str, Any]]:
    label = {"type": "plain_text", "text": "ok"}
    return [{"type": "actions", "elements": [{"type": "button", "text": label, **fields}]}]


def items(**fields: Any) -> list[dict[str, Any]]:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "item"}]}
    return rich({"type": "rich_text_list", "style": "bullet", "elements": [item], **fields})


def error_of(problem: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(problem.value.response["error"])


LONG_BLOCKS: list[dict[str, Any]] = [section("x" * 2700) for _ in range(5)]
INVALID: list[tuple[str, dict[str, Any], str]] = [
    ("51 blocks", {"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    ("unknown block", {"blocks": [{"type": "poem"}]}, "invalid_blocks"),
    ("no array", {"blocks": '{"type": "divider"}'}, "invalid_blocks_format"),
    ("no JSON", {"blocks": "[{"}, "invalid_blocks_format"),
    ("long section", {"blocks": [section("x" * 3001)]}, "invalid_blocks"),
    ("empty section", {"blocks": [section("")]}, "invalid_blocks"),
    ("unknown key", {"blocks": [section("x", colour="red")]}, "invalid_blocks"),
    ("no text", {"blocks": [{"type": "section"}]}, "invalid_blocks"),
    (
        "emoji in mrkdwn",
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}]},
        "invalid_blocks",
    ),
    (
        "long header",
        {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]},
        "invalid_blocks",
    ),
    (
        "mrkdwn header",
        {"blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]},
        "invalid_blocks",
    ),
    (
        "11 context elements",
        {"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}]},
        "invalid_blocks",
    ),
    (
        "long context",
        {"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x" * 3001}]}]},
        "invalid_blocks",
    ),
    ("long block_id", {"blocks": [section("x", block_id="b" * 256)]}, "invalid_blocks"),
    ("same block_id", {"blocks": [section("x", block_id="b")] * 2}, "invalid_blocks"),
    (
        "long button",
        {"blocks": button(text={"type": "plain_text", "text": "x" * 76})},
        "invalid_blocks",
    ),
    ("long action_id", {"blocks": button(action_id="a" * 256)}, "invalid_blocks"),
    ("long url", {"blocks": button(url="https://a.test/" + "x" * 3000)}, "invalid_blocks"),
    ("button style", {"blocks": button(style="loud")}, "invalid_blocks"),
    ("empty rich text", {"blocks": rich()}, "invalid_blocks"),
    ("unknown rich element", {"blocks": rich({"type": "rich_text_poem"})}, "invalid_blocks"),
    ("unknown inline", {"blocks": inline(type="poem", text="x")}, "invalid_blocks"),
    ("empty text", {"blocks": inline(type="text", text="")}, "invalid_blocks"),
    ("text not a string", {"blocks": inline(type="text", text=1)}, "invalid_blocks"),
    ("style", {"blocks": inline(type="text", text="x", style={"loud": True})}, "invalid_blocks"),
    ("link", {"blocks": inline(type="link", url="javascript:alert(1)")}, "invalid_blocks"),
    ("relative link", {"blocks": inline(type="link", url="guide.md#step")}, "invalid_blocks"),
    ("list style", {"blocks": items(style="roman")}, "invalid_blocks"),
    ("list indent", {"blocks": items(indent=9)}, "invalid_blocks"),
    ("list offset", {"blocks": items(offset=-1)}, "invalid_blocks"),
    ("list item", {"blocks": items(elements=[{"type": "text", "text": "x"}])}, "invalid_blocks"),
    ("too much", {"blocks": LONG_BLOCKS}, "msg_blocks_too_long"),
    ("long text", {"text": "x" * 40_001}, "msg_too_long"),
    ("nothing", {}, "no_text"),
    ("both", {"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
]


@pytest.mark.parametrize("name,message,error", INVALID, ids=[case[0] for case in INVALID])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.postEphemeral"])
def test_slack_refuses(
    shared: tuple[SlackServer, WebClient, str],
    method: str,
    name: str,
    message: dict[str, Any],
    error: str,
) -> None:
    slack, client, ts = shared
    before = len(slack.violations)
    with pytest.raises(SlackApiError) as problem:
        client.api_call(method, json={"channel": "C1", "user": "U1", "ts": ts, **message})
    assert error_of(problem) == error
    assert len(slack.violations) == before + 1
    assert slack.violations[-1].method == method
    assert slack.violations[-1].error == error
    if error == "invalid_blocks":
        assert problem.value.response["errors"] == list(slack.violations[-1].errors)
        assert "json-pointer:/blocks" in problem.value.response["errors"][0]


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[SlackServer, WebClient, str]]:
    """One server for the many cases of refusal, which leave nothing behind but violations."""
    with SlackServer() as server:
        server.add_user("U1", "hanako")
        server.add_channel("C1", "help")
        client = WebClient(token=server.bot_token, base_url=server.api_url, timeout=5)
        yield server, client, client.chat_postMessage(channel="C1", text="a")["ts"]


def test_an_update_takes_less_text_than_a_post(client: WebClient, slack: SlackServer) -> None:
    posted = client.chat_postMessage(channel="C1", text="x" * 4_001)
    with pytest.raises(SlackApiError) as problem:
        client.chat_update(channel="C1", ts=posted["ts"], text="x" * 4_001)
    assert error_of(problem) == "msg_too_long"


def test_a_reply_as_thread_ts_is_threaded_but_noted(client: WebClient, slack: SlackServer) -> None:
    root = slack.message("C1", "U1", "a", deliver=False)
    reply = slack.message("C1", "U1", "b", thread_ts=root.ts, deliver=False)
    posted = client.chat_postMessage(channel="C1", text="c", thread_ts=reply.ts)
    assert posted["message"]["thread_ts"] == root.ts
    assert [v.error for v in slack.violations] == ["thread_ts_is_a_reply"]


ANSWER: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "VPN"}},
    section("see <https://a.test/x?a=1&amp;b=2|the guide>, <@U1> &lt;now&gt;"),
    *rich(
        {
            "type": "rich_text_list",
            "style": "ordered",
            "offset": 2,
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "open ", "style": {"bold": True}},
                        {"type": "link", "url": "https://a.test/", "text": "this"},
                    ],
                },
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "a\nb"}]},
            ],
        },
        *items(indent=1)[0]["elements"],
        {
            "type": "rich_text_preformatted",
            "language": "sh",
            "elements": [{"type": "text", "text": "ip route\nip link"}],
        },
        {
            "type": "rich_text_quote",
            "elements": [
                {"type": "emoji", "name": "eyes"},
                {"type": "user", "user_id": "U1"},
                {"type": "broadcast", "range": "here"},
            ],
        },
    ),
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "v1"}]},
    *button(action_id="ok", url="https://a.test/", style="primary"),
]


def test_every_common_block_is_taken_and_readable(client: WebClient, slack: SlackServer) -> None:
    client.chat_postMessage(channel="C1", text="VPN", blocks=ANSWER)
    assert slack.violations == []
    assert plain(slack.bot_messages("C1")[0]).splitlines() == [
        "VPN",
        "see the guide <https://a.test/x?a=1&b=2>, @U1 <now>",
        "3. open this <https://a.test/>",
        "4. a",
        "   b",
        "    • item",
        "```",
        "ip route",
        "ip link",
        "```",
        "> :eyes:@U1@here",
        "---",
        "v1",
        "[ok] <https://a.test/>",
    ]
