"""The JSON in whatever a model says, and no more of it than may be."""

from __future__ import annotations

import time

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from kb.choosing.reply import Malformed, StreamedReply, TooLong, first_object

ANSWER = '{"decision": "none", "problems": [], "lines": []}'


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"<think>Is it {{p1}}? No: {{}} it is not.</think>\n{ANSWER}",
        f"<thinking>{{\n</thinking>Sure! Here it is:\n```json\n{ANSWER}\n```\nAnything else?",
        f"{{not JSON}} {ANSWER}",
        f"{ANSWER} {ANSWER}",
    ],
)
def test_what_stands_around_it_does_not_matter(text: str) -> None:
    assert first_object(text)["decision"] == "none"


@pytest.mark.parametrize("text", ["", "I am sorry.", "<think>{}", '{"a": ', "[" * 5000, "{" * 5000])
def test_without_any_it_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        first_object(text)


def test_a_reply_without_an_end_is_given_up_before_it_is_read() -> None:
    started = time.process_time()
    reply = StreamedReply(max_characters=20_000)
    with pytest.raises(TooLong):
        for _ in range(1_000_000):
            reply.add(AIMessageChunk(content="{" * 1000))
    assert reply.size <= 21_000 and time.process_time() - started < 1
    whole = StreamedReply(max_characters=20_000)
    with pytest.raises(TooLong):
        whole.add(AIMessageChunk(content="{" * 1_000_000))


def test_arguments_of_a_tool_are_taken_before_words() -> None:
    reply = StreamedReply(max_characters=1000)
    call = {"name": "choice", "args": ANSWER[:9], "id": "1", "index": 0}
    rest = {"name": None, "args": ANSWER[9:], "id": None, "index": 0}
    reply.add(AIMessageChunk(content="Let me see. {}", tool_call_chunks=[call]))
    reply.add(AIMessageChunk(content="", tool_call_chunks=[rest]))
    assert reply.parsed()["decision"] == "none"


def test_a_reply_that_comes_at_once_is_taken_too() -> None:
    words, tool = StreamedReply(max_characters=1000), StreamedReply(max_characters=1000)
    words.add(AIMessage(content=f"Well: {ANSWER}"))
    call = {"name": "choice", "args": {"decision": "none"}, "id": "1"}
    tool.add(AIMessage(content="", tool_calls=[call]))
    assert words.parsed()["decision"] == tool.parsed()["decision"] == "none"
