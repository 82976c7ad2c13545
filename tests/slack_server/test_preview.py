"""The page that messages are looked at on. No browser is needed for it."""

from html.parser import HTMLParser
from typing import Any

import pytest

from testing.slack_server.preview import conversation, view

ATTACK = "<script>alert(1)</script> \"' &amp; {{ 7 * 7 }} <img src=x onerror=alert(1)>"
NAMES = {"U1": ATTACK, "S1": "support", "C1": "help"}


class Tags(HTMLParser):
    """Which tags a page has, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.urls: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.urls += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def part(kind: str, *elements: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(elements), **values}


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words, "style": style}


def button(words: str) -> dict[str, Any]:
    return {"type": "button", "text": plain(words), "action_id": "a", "value": "v"}


def feedback(good: str, bad: str) -> dict[str, Any]:
    sides = {
        f"{name}_button": {"text": plain(words), "value": name}
        for name, words in (("positive", good), ("negative", bad))
    }
    return {"type": "feedback_buttons", "action_id": "f", **sides}


def blocks(words: str) -> dict[str, dict[str, Any]]:
    """Every kind of block that the bot uses, each saying the words."""
    section = part("section", text(words))
    field = {"type": "plain_text_input", "action_id": "i", "multiline": True}
    return {
        "header": {"type": "header", "text": plain(words)},
        "context": {"type": "context", "elements": [plain(words)]},
        "context with a link": {
            "type": "context",
            "elements": [
                {"type": "mrkdwn", "text": "<https://x.example/?a=1&amp;b=2|there> &lt;b&gt;"}
            ],
        },
        "paragraph": rich(section),
        "list": rich(part("list", section, style="ordered", indent=1, offset=3)),
        "code": rich(part("preformatted", text(words))),
        "quote": rich(part("quote", text(words, bold=True, code=True))),
        "actions": {"type": "actions", "elements": [button(words)]},
        "feedback": {"type": "context_actions", "elements": [feedback(words, words)]},
        "input": {"type": "input", "label": plain(words), "optional": True, "element": field},
        "section": {"type": "section", "text": plain(words)},
    }


def page(*blocks: dict[str, Any]) -> str:
    message = {"user": "U1", "bot_id": "B1", "ts": "1700000000.000100", "blocks": list(blocks)}
    return conversation("#help", [message], NAMES)


@pytest.mark.parametrize("kind", blocks(""))
def test_every_kind_of_block_is_shown_and_escaped(kind: str) -> None:
    shown = page(blocks(ATTACK)[kind])
    tags = Tags(shown)
    assert 'class="unknown"' not in shown
    assert not tags.tags & {"script", "img"} and "onerror" not in tags.attributes
    if kind == "feedback":
        assert shown.count("&lt;script&gt;") == 4
    elif kind == "context with a link":
        assert "there <b>" in tags.words and "https://x.example/?a=1&b=2" in tags.urls
    else:
        assert ATTACK in tags.words


def test_names_and_plain_messages_are_escaped() -> None:
    message = {"user": "U1", "ts": "1700000000.0", "text": "&lt;b&gt; <@U1> <javascript:x()|y>"}
    shown = conversation(ATTACK, [message], NAMES)
    tags = Tags(shown)
    assert "script" not in tags.tags
    assert f"<b> @{ATTACK} y" in tags.words
    assert not any("javascript" in url for url in tags.urls)


def test_a_kind_that_is_not_known_is_not_passed_over() -> None:
    assert "[video]" in page({"type": "video"})


def test_numbers_go_on_after_code() -> None:
    step = part("section", text("a"))
    shown = page(rich(part("list", step, style="ordered", offset=4)))
    assert 'start="5"' in shown


def test_references_have_names() -> None:
    elements: list[dict[str, Any]] = [
        {"type": "user", "user_id": "U9"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "date", "timestamp": 0, "format": "{date_num} {time}", "fallback": "x"},
        {"type": "link", "url": "https://x.example"},
    ]
    words = Tags(page(rich(part("section", *elements)))).words
    for shown in ("@U9", "@support", "#help", "1970-01-01 09:00", "https://x.example"):
        assert shown in words


def test_code_is_shown_as_it_is() -> None:
    code = "aws iam  list-users \\\n\t--profile x\n"
    assert f"<pre>{code}</pre>" in page(rich(part("preformatted", text(code))))


def test_what_only_one_person_sees_says_so() -> None:
    message = {"ts": "1700000000.0", "text": "psst", "is_ephemeral": True}
    assert "Only visible to you" in conversation("#help", [message], NAMES)


def test_threads_and_modals() -> None:
    messages = [{"user": "U1", "ts": f"170000000{n}.0", "text": "hi"} for n in range(3)]
    assert "2 replies" in conversation("#help", messages, NAMES, thread=True)
    modal = {
        "type": "modal",
        "title": plain("Why?"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": [blocks("label")["input"]],
    }
    words = Tags(view("", modal, NAMES, language="en")).words
    assert all(part in words for part in ("Why?", "Send", "Cancel", "label", "(optional)"))
