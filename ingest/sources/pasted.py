"""Recognises prompts and replies (ingest.suggest) among the guides, which are not guides."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.errors import SourceError
from ingest.loaders.file_bytes import file_bytes

PROMPT_START = "===== Prompt {number} of {total}: copy from here ====="
"""The line above a prompt in an exported file."""

_SUFFIXES = (".txt", ".md", ".markdown")
_EMPTY_REPLY = "reply"
# Maps full-width letters, digits and signs, and hyphen variants, to ASCII.
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
NARROW |= {ord(dash): ord("-") for dash in "‐‑‒–—−"} | {0x3000: ord(" ")}

_LEAD = r"^[ \t>#*_`~|•●▪◦・·+-]*+(?:\d{1,3}[.)、]\s*)?"
_NAME = r"(?:(?:problem|id)\b[\s:#*_`]*+)?\W{0,3}[0-9a-f]{8}\s?-\s?[0-9a-f]{4}(?![\w-])"
# In a heading, alone on its line, or in JSON.
_ID = re.compile(
    rf"^[ \t>]*+#[ \t#*_`]*+{_NAME}|{_LEAD}{_NAME}[^\w\n]*$|\"[0-9a-f]{{8}}-[0-9a-f]{{4}}\"",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(
    _LEAD + r"(?:ask|word|title|golden|near)s?\b[^\n:]{0,20}:"
    r"|\"(?:ask|word|title|golden|near)s?\"\s*:",
    re.IGNORECASE | re.MULTILINE,
)


def is_export(text: str) -> bool:
    """Whether a text is an exported file of prompts."""
    return text.startswith(PROMPT_START.partition("{")[0])


def is_reply(text: str) -> bool:
    """Whether a text has a problem's id with a tagged line below it, which no guide has."""
    narrow = text.translate(NARROW)
    named = _ID.search(narrow)
    return named is not None and _TAG.search(narrow, named.end()) is not None


def is_pasted(path: Path) -> bool:
    """Whether a file holds prompts or a reply, or is an empty file named like a reply."""
    if path.suffix.lower() not in _SUFFIXES:
        return False
    try:
        text = file_bytes(path).decode("utf-8-sig", "replace")
    except SourceError:
        return False  # reported when it is read
    if not text.strip():
        return path.name.lower().startswith(_EMPTY_REPLY)
    return is_export(text) or is_reply(text)
