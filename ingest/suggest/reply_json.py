"""Replies that are JSON: what they say, as if it stood in lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.suggest.reply_lines import Given, Named, Piece, tag_of, tidy

_FENCE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,})", re.MULTILINE)
_ID = re.compile(r"\s*([0-9a-f]{8})(?:-([0-9a-f]{4}))?\s*", re.IGNORECASE)
_ID_KEYS = ("id", "problem")


@dataclass(frozen=True)
class BadJson:
    """JSON that cannot be read, and the line that is wrong."""

    line: int
    reason: str


def json_pieces(text: str) -> list[Piece] | BadJson | None:
    """Return what the JSON in a text says; None, if there is none in it."""
    found: list[Piece] = []
    bad: BadJson | None = None
    for start, block in _blocks(text):
        first = text.count("\n", 0, start) + 1
        try:
            value = json.loads(block)
        except json.JSONDecodeError as error:
            bad = bad or BadJson(first + error.lineno - 1, f"is not JSON: {error.msg}")
            continue
        except RecursionError:
            bad = bad or BadJson(first, "is not JSON that can be read: it is nested too deep")
            continue
        found += _Lines(block, first).pieces(value)
    return found or bad


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield what begins like JSON, and where: the text in fences, or else the whole text."""
    fences = [match.start() for match in _FENCE.finditer(text)]
    parts = []
    for opening, closing in zip(fences[::2], [*fences[1::2], len(text)], strict=False):
        start = text.find("\n", opening) + 1
        if start:
            parts.append((start, text[start:closing]))
    if not any(block.lstrip()[:1] in ("{", "[") for _, block in parts):
        start = min((at for sign in "{[" if (at := text.find(sign)) >= 0), default=-1)
        end = max(text.rfind("}"), text.rfind("]")) + 1
        parts = [(start, text[start : end if end > start else len(text)])] if start >= 0 else []
    for start, block in parts:
        if block.lstrip()[:1] in ("{", "["):
            yield start, block


class _Lines:
    """Says which line a text of a block stands on, as they are asked for in order."""

    def __init__(self, block: str, first: int) -> None:
        self._block = block
        self._first = first
        self._at = 0
        self._line = first

    def pieces(self, value: object) -> Iterator[Piece]:
        """Yield what a value says, if it is in one of the shapes that are to be expected."""
        if isinstance(value, list):
            for each in value:
                yield from self._problem(None, each)
        elif isinstance(value, dict) and any(key in value for key in _ID_KEYS):
            yield from self._problem(None, value)
        elif isinstance(value, dict):
            for key, each in value.items():
                if _ID.fullmatch(key):
                    yield from self._problem(key, each)
                elif isinstance(each, (list, dict)):
                    yield from self.pieces(each)

    def _problem(self, key: str | None, value: object) -> Iterator[Piece]:
        if not isinstance(value, dict):
            return
        name = key or next((value[each] for each in _ID_KEYS if each in value), None)
        found = _ID.fullmatch(name) if isinstance(name, str) else None
        if found is None:
            return
        yield Named(self._line_of(found[0]), found[1].lower(), found[2] and found[2].lower())
        for tag, texts in value.items():
            if tag in _ID_KEYS:
                continue
            for text in texts if isinstance(texts, list) else [texts]:
                if isinstance(text, str):
                    yield Given(self._line_of(text), tag_of(tag), tag, tidy(text))

    def _line_of(self, text: str) -> int:
        for written in (json.dumps(text, ensure_ascii=False), json.dumps(text)):
            at = self._block.find(written, self._at)
            if at >= 0:
                self._line += self._block.count("\n", self._at, at)
                self._at = at
                break
        return self._line
