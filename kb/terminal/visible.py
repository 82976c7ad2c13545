"""Escapes control characters, so that text cannot move the cursor or reverse a line."""

from __future__ import annotations

import re

# Control characters except tab and line feed, line separators, marks that change the direction of
# text, and lone surrogates.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""Return a text with control characters escaped, such as "\x1b"."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def visible_in_json(text: str) -> str:
    """Return JSON with control characters as JSON escapes."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def in_a_line(text: str) -> str:
    """Return a text on one line, with control characters escaped."""
    return visible(text).replace("\n", " ").replace("\t", " ")
