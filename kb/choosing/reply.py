"""Collects a model's streamed reply and parses the JSON in it."""

from __future__ import annotations

import json
import re
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
# How many opening braces are tried as the start of the object; chosen by hand.
_MAX_STARTS = 20


class Malformed(Exception):
    """The reply does not have the requested form."""


class TooLong(Malformed):
    """The reply exceeds its limit, as a model that repeats itself does."""


class StreamedReply:
    """The reply so far, of at most `max_characters`."""

    def __init__(self, max_characters: int) -> None:
        self.size = 0
        self._max_characters = max_characters
        self._texts: list[str] = []
        self._arguments: list[str] = []

    def add(self, message: AIMessage) -> None:
        """Add a chunk, or the whole message if the provider does not stream; raises TooLong."""
        if isinstance(message, AIMessageChunk):
            arguments = [each["args"] or "" for each in message.tool_call_chunks]
        else:
            arguments = [json.dumps(each["args"]) for each in message.tool_calls]
        text = message.text
        self.size += len(text) + sum(map(len, arguments))
        if self.size > self._max_characters:
            raise TooLong(f"more than {self._max_characters} characters")
        self._texts.append(text)
        self._arguments += arguments

    def parsed(self) -> Any:
        """Return the JSON object in the reply, ignoring what is around it; raises Malformed."""
        return first_object("".join(self._arguments) or "".join(self._texts))


def first_object(text: str) -> Any:
    """Return the first JSON object in a text, after any reasoning; raises Malformed."""
    text = _THOUGHT.sub("", text)
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(_MAX_STARTS):
        if at < 0:
            break
        try:
            return decoder.raw_decode(text, at)[0]
        except ValueError:
            at = text.find("{", at + 1)
        except RecursionError as error:  # nested a thousand times
            raise Malformed("nested too deeply") from error
    raise Malformed("no JSON object")
