"""A model's reply as it comes in, and the JSON in it."""

from __future__ import annotations

import json
import re
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_MOST_BEGINNINGS = 20


class Malformed(Exception):
    """The model gave something that is not in the form asked for."""


class TooLong(Malformed):
    """The model does not come to an end."""


class Reply:
    """What has come in so far; more than `most` characters are not taken."""

    def __init__(self, most: int) -> None:
        self.size = 0
        self._most = most
        self._words: list[str] = []
        self._arguments: list[str] = []

    def add(self, message: AIMessage) -> None:
        """Take what came in, a piece or, where a provider does not stream, the whole.

        Raises TooLong.
        """
        if isinstance(message, AIMessageChunk):
            arguments = [each["args"] or "" for each in message.tool_call_chunks]
        else:
            arguments = [json.dumps(each["args"]) for each in message.tool_calls]
        words = message.text
        self.size += len(words) + sum(map(len, arguments))
        if self.size > self._most:
            raise TooLong(f"more than {self._most} characters")
        self._words.append(words)
        self._arguments += arguments

    def parsed(self) -> Any:
        """Return the JSON object in it, whatever stands around that; raises Malformed."""
        return first_object("".join(self._arguments) or "".join(self._words))


def first_object(text: str) -> Any:
    """Return the first JSON object in a text that may think aloud before it; raises Malformed."""
    text = _THOUGHT.sub("", text)
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(_MOST_BEGINNINGS):
        if at < 0:
            break
        try:
            return decoder.raw_decode(text, at)[0]
        except ValueError:
            at = text.find("{", at + 1)
        except RecursionError as error:  # nested a thousand times
            raise Malformed("it is nested too deeply") from error
    raise Malformed("there is no JSON object in it")
