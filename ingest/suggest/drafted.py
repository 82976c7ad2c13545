"""A problem's drafts, and what they must not contain."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from ingest.front_matter import MAX_CHARACTERS
from kb.question.redact import redact

# Chosen by hand.
MAX_WORDINGS = 20

_ADDRESS = re.compile(
    r"\w{2,}://|\bwww\.|\b(?:mailto|javascript):|[\w.+-]+[@＠][\w-]+\.\w+"
    r"|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/\w|\b[a-z0-9-]+\.(?:com|org|info|biz|example)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<[^\s<>][^<>]*>|</|\]\(|!\[|```|~~~|\{\{|&(?:[a-z]{2,8}|#x?[0-9a-f]+);"
    r"|(?<!\w)[@＠](?:channel|here|everyone)\b|<[@!#]",
    re.IGNORECASE,
)
_WORDS = ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ")
"""Prefixes of Unicode names of characters that can be words by themselves."""

# Joiners belong to letters in some scripts; directional and other format controls never do.
_JOINERS = "\u200c\u200d"


class LineTag(StrEnum):
    """What a line of a reply holds."""

    ASK = "ask"
    WORD = "word"
    TITLE = "title"
    GOLDEN = "golden"
    NEAR = "near"


@dataclass(frozen=True)
class Drafted:
    """Drafts for one problem.

    `current` is whether they are for the problem's current text; if not, `problem` is the checksum
    of the text they were for, if known.
    """

    also_asked: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    title: str | None = None
    golden: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    problem: str | None = None
    current: bool = True


def fault_of(text: str, tag: LineTag) -> str | None:
    """Return why a text is unfit for its tag, or None."""
    if not any(character.isalnum() for character in text):
        return "has no text"
    if tag is LineTag.ASK and _is_too_short(text):
        return "is too short"
    if len(text) > MAX_CHARACTERS:
        return f"has {len(text)} characters; the limit is {MAX_CHARACTERS}"
    if any(_is_hidden(character) for character in text):
        return "has control or hidden characters"
    if _ADDRESS.search(text):
        return "has a URL or e-mail address, which no wording needs"
    if _MARKUP.search(text):
        return "looks like markup"
    if secrets := redact(text).secrets:
        return f"has what looks like a secret ({', '.join(secrets)})"
    return None


def _is_too_short(text: str) -> bool:
    """Whether a text is a single letter or digit that is not a word by itself, as 鍵 is."""
    letters = [character for character in text if character.isalnum()]
    return len(letters) == 1 and not unicodedata.name(letters[0], "").startswith(_WORDS)


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cf":
        return character not in _JOINERS
    return category in ("Cc", "Co", "Cs", "Cn", "Zl", "Zp")
