"""Reads replies in JSON, complete or truncated, into the same pieces as lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.suggest.reply_lines import Given, Piece, ProblemLine, tag_of, tidy

_START = re.compile(r'[{\[](?=\s*["{\[])')
_ID = re.compile(r"\s*([0-9a-f]{8})(?:-([0-9a-f]{4}))?\s*", re.IGNORECASE)
_ID_BEFORE = re.compile(r'"([0-9a-f]{8}(?:-[0-9a-f]{4})?)"\s*:\s*\Z', re.IGNORECASE)
_ID_KEYS = ("id", "problem")
# Characters searched for an id before a value, and for the next value; chosen by hand.
_MAX_BEFORE = 40
_MAX_BETWEEN = 10_000
_MAX_FAULTS = 200
"""After this many failed attempts, the rest of a text is not searched for JSON; chosen by hand."""

# Where parsing resumes after unterminated JSON: at a fence, a heading, an empty line.
_END_OF_BAD = re.compile(r"^(?:[ \t>]*(?:`{3,}|~{3,})|#|[ \t]*$)", re.MULTILINE)


@dataclass(frozen=True)
class BadJson:
    """JSON that cannot be parsed, and the line of the error."""

    line: int
    reason: str
    has_ids: bool


@dataclass
class FoundJson:
    """The pieces in a text's JSON, the first parse error, and the text without JSON."""

    pieces: list[Piece] = field(default_factory=list)
    bad: BadJson | None = None
    rest: str = ""


def json_in(text: str) -> FoundJson:
    """Return the pieces in a text's JSON; from a truncated value, those that are complete."""
    found = FoundJson()
    spans: list[tuple[int, int]] = []
    decoder = json.JSONDecoder()
    lines = _Lines(text)
    at = faults = bad_until = 0
    while faults < _MAX_FAULTS and (match := _START.search(text, at)):
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
        key = _ID_BEFORE.search(text[max(0, start - _MAX_BEFORE) : start])
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
    return BadJson(line, "is not valid JSON: it is nested too deeply", has_ids)


def _end_of_bad(text: str, start: int) -> int:
    following = text.find("\n", start)
    match = _END_OF_BAD.search(text, following + 1) if following >= 0 else None
    return match.start() if match else len(text)


def _has_ids(text: str) -> bool:
    return re.search(r'"[0-9a-f]{8}(?:-[0-9a-f]{4})?"', text, re.IGNORECASE) is not None


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return a text with spans blanked out, except for their line breaks."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if end > done:
            start = max(start, done)
            parts += [text[done:start], "\n" * text.count("\n", start, end)]
            done = end
    return "".join([*parts, text[done:]])


class _Lines:
    """Maps values to lines of a text, given queries in order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def go_to(self, at: int) -> None:
        """Start the search here."""
        if at > self._at:
            self._line += self._text.count("\n", self._at, at)
            self._at = at

    def pieces(self, value: object) -> Iterator[Piece]:
        """Yield a value's pieces, if it has one of the expected shapes."""
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
        yield ProblemLine(self._line_of(found[0]), found[1].lower(), found[2] and found[2].lower())
        for tag, texts in value.items():
            if tag in _ID_KEYS:
                continue
            for text in texts if isinstance(texts, list) else [texts]:
                if isinstance(text, str):
                    yield Given(self._line_of(text), tag_of(tag), tag, tidy(text))

    def _line_of(self, text: str) -> int:
        for written in (json.dumps(text, ensure_ascii=False), json.dumps(text)):
            # Do not search all of the text for what was written with other escapes.
            at = self._text.find(written, self._at, self._at + len(written) + _MAX_BETWEEN)
            if at >= 0:
                self.go_to(at)
                break
        return self._line
