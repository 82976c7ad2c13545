"""Text of documents made fit to be shown: nothing in it moves a cursor or turns a line round."""

from __future__ import annotations

import re

# Control characters but for tab and line feed, line separators, marks that turn the direction of
# what follows, and halves of characters.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""Return a text with its control characters spelled out, such as "\x1b"."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def visible_in_json(text: str) -> str:
    """Return JSON with the same characters written as JSON's escapes."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def in_a_line(text: str) -> str:
    """Return the same on one line."""
    return visible(text).replace("\n", " ").replace("\t", " ")
