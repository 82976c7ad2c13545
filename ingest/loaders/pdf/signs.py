"""Maps glyphs to characters where the file itself does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

UNKNOWN = "\ufffd"
"""The placeholder for a glyph whose character the file does not give."""

_UNMAPPED = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff\x00-\x08\x0e-\x1f]")
_DINGBATS = re.compile(r"dingbats", re.IGNORECASE)
PICTURES = re.compile(r"(?:wing|web)dings|dingbats", re.IGNORECASE)
"""The names of icon fonts."""
_SYMBOL = re.compile(r"(?:^|\+)symbol", re.IGNORECASE)

# The fonts' own code points; Word writes them from U+F000 on.
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
    """Replace symbol-font codes with what they display, and unknown glyphs with UNKNOWN."""
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
        # Unicode adopted the font in its order, except for the signs that it already had.
        return _IN_DINGBATS.get(text, chr(0x2700 + ord(text) - 0x20))
    if ord(text) > 0xFF and not "\uf000" <= text <= "\uf0ff":
        return text
    number = ord(text) & 0xFF
    named = _IN_SYMBOL if _SYMBOL.search(font) else _IN_WINGDINGS
    if PICTURES.search(font) or _SYMBOL.search(font):
        return named.get(number, UNKNOWN)
    return _IN_SYMBOL.get(number) or _IN_WINGDINGS.get(number) or UNKNOWN
