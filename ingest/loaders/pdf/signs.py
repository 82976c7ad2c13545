"""What the signs of a page say where the file does not tell it in letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

UNKNOWN = "\ufffd"
"""A sign of which the file does not say what it is."""

_UNMAPPED = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff\x00-\x08\x0e-\x1f]")
_DINGBATS = re.compile(r"dingbats", re.IGNORECASE)
PICTURES = re.compile(r"(?:wing|web)dings|dingbats", re.IGNORECASE)
"""The names of fonts whose letters are pictures."""
_SYMBOL = re.compile(r"(?:^|\+)symbol", re.IGNORECASE)

# The fonts' own numbers; Word writes them from U+F000 on.
_IN_DINGBATS = {"l": "●", "n": "■", "s": "▲", "t": "▼", "u": "◆", "H": "★", "%": "☎", "m": "❍"}
_IN_WINGDINGS = {
    0x6C: "●",
    0x6E: "■",
    0x71: "❑",
    0x75: "◆",
    0x76: "❖",
    0x9F: "•",
    0xA7: "▪",
    0xA8: "◻",
    0xD8: "➢",
    0xDC: "➲",
    0xE0: "→",
    0xE8: "➔",
    0xF0: "⇨",
    0xFB: "✗",
    0xFC: "✓",
}
_IN_SYMBOL = {
    0xA3: "≤",
    0xAE: "→",
    0xB0: "°",
    0xB1: "±",
    0xB3: "≥",
    0xB4: "×",
    0xB7: "•",
    0xB9: "≠",
    0xDE: "⇒",
}


def name_signs(chars: Sequence[dict[str, Any]]) -> None:
    """Write what symbol fonts show in place of what they say, and UNKNOWN for what is not known."""
    for char in chars:
        text, font = char["text"], char["fontname"]
        if len(text) == 1 and (_has_pictures(font) or "\uf000" <= text <= "\uf0ff"):
            char["text"] = _picture(text, font)
        elif _UNMAPPED.search(text):
            char["text"] = _UNMAPPED.sub(UNKNOWN, text)


@cache
def _has_pictures(font: str) -> bool:
    return bool(PICTURES.search(font))


def _picture(text: str, font: str) -> str:
    if _DINGBATS.search(font) and "!" <= text <= "~":
        # Unicode took the font over in its order, but for the signs that it had already.
        return _IN_DINGBATS.get(text, chr(0x2700 + ord(text) - 0x20))
    if ord(text) > 0xFF and not "\uf000" <= text <= "\uf0ff":
        return text
    number = ord(text) & 0xFF
    named = _IN_SYMBOL if _SYMBOL.search(font) else _IN_WINGDINGS
    if PICTURES.search(font) or _SYMBOL.search(font):
        return named.get(number, UNKNOWN)
    return _IN_SYMBOL.get(number) or _IN_WINGDINGS.get(number) or UNKNOWN
