"""Replies that are JSON, whole or in part: what they say, as if it stood in lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.suggest.reply_lines import Given, Named, Piece, tag_of, tidy

_START = re.compile(r'[{\[](?=\s*["{\[])')
_ID = re.compile(r"\s*([0-9a-f]{8})(?:-([0-9a-f]{4}))?\s*", re.IGNORECASE)
_ID_BEFORE = re.compile(r'"([0-9a-f]{8}(?:-[0-9a-f]{4})?)"\s*:\s*\Z', re.IGNORECASE)
_ID_KEYS = ("id", "problem")
_MOST_BEFORE = 40
_MOST_BETWEEN = 10_000
_MOST_FAULTS = 200
"""After so many values that are none, the rest of a text is not looked through for others."""

# Where lines begin again after JSON that has no end: at a fence, a heading, an empty line.
_END_OF_BAD = re.compile(r"^(?:[ \t>]*(?:`{3,}|~{3,})|#|[ \t]*$)", re.MULTILINE)


@dataclass(frozen=True)
class BadJson:
    """JSON that cannot be read, and the line that is wrong."""

    line: int
    reason: str
    has_ids: bool


@dataclass
class FoundJson:
    """What the JSON in a text says, the first that cannot be read, and the text without it."""

    pieces: list[Piece] = field(default_factory=list)
    bad: BadJson | None = None
    rest: str = ""


def json_in(text: str) -> FoundJson:
    """Return what the JSON in a text says; of a value that breaks off, what is whole in it."""
    found = FoundJson()
    spans: list[tuple[int, int]] = []
    decoder = json.JSONDecoder()
    lines = _Lines(text)
    at = faults = bad_until = 0
    while faults < _MOST_FAULTS and (match := _START.search(text, at)):
        start = match.start()
        try:
            value, at = decoder.raw_decode(text, start)
        except (json.JSONDecodeError, RecursionError) as error:
            faults, at = faults + 1, start + 1
            if start >= bad_until:
                bad_until = _end_of_bad(text, start)
                has_ids = _has_ids(text[start:bad_until])
                spans += [(start, bad_until)] if has_ids else []
                found.bad = found.bad or _bad(text, start, error, has_ids)
            continue
        key = _ID_BEFORE.search(text[max(0, start - _MOST_BEFORE) : start])
        lines.go_to(start - len(key[0]) if key else start)
        pieces = list(lines.pieces({key[1]: value} if key else value))
        found.pieces += pieces
        spans += [(start, at)] if pieces else []
    found.rest = _without(text, spans)
    return found


def _bad(
    text: str, start: int, error: json.JSONDecodeError | RecursionError, has_ids: bool
) -> BadJson:
    if isinstance(error, json.JSONDecodeError):
        return BadJson(error.lineno, f"is not JSON: {error.msg}", has_ids)
    line = text.count("\n", 0, start) + 1
    return BadJson(line, "is not JSON that can be read: it is nested too deep", has_ids)


def _end_of_bad(text: str, start: int) -> int:
    following = text.find("\n", start)
    match = _END_OF_BAD.search(text, following + 1) if following >= 0 else None
    return match.start() if match else len(text)


def _has_ids(text: str) -> bool:
    return re.search(r'"[0-9a-f]{8}(?:-[0-9a-f]{4})?"', text, re.IGNORECASE) is not None


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return a text with nothing but its line breaks where spans of it were."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if end > done:
            start = max(start, done)
            parts += [text[done:start], "\n" * text.count("\n", start, end)]
            done = end
    return "".join([*parts, text[done:]])


class _Lines:
    """Says which line of a text something stands on, as it is asked for in order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def go_to(self, at: int) -> None:
        """Look from here on."""
        if at > self._at:
            self._line += self._text.count("\n", self._at, at)
            self._at = at

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
            # What is written with escapes of another kind is not looked for in all of the text.
            at = self._text.find(written, self._at, self._at + len(written) + _MOST_BETWEEN)
            if at >= 0:
                self.go_to(at)
                break
        return self._line
