"""Recognises PINs, one-time codes, recovery codes and keys that a sentence mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.question.secrets.value import Value, is_random, is_stand_in, is_uuid, looks_secret

_PIN = re.compile(r"\d{3,10}|\d{2,4}[- ]\d{2,4}")
_CODE = re.compile(r"(?:[A-Z]-)?\d{3}[- ]?\d{3,5}\b|\d{4,10}\b|[A-Z0-9]{5,10}\b")
_IN_LIST = re.compile(
    r"(?:[\s,;、・*|\"'`\[\]•-]|\d{1,2}[.)]\s)*+"
    r"((?:[A-Za-z0-9]{4,12}(?:-[A-Za-z0-9]{2,12}){1,7}|[A-Za-z0-9]{8,24}|\d{4} ?\d{4})\b)"
)
_SEED = re.compile(
    r"[\s:\"'`]*+((?:\d{1,2}[.)]\s*)?[a-z]{3,8}(?:[\s,]+(?:\d{1,2}[.)]\s*)?[a-z]{3,8}){11,24})"
)
# The key for one-time codes, as apps show it for typing.
_GROUPS = re.compile(
    r"(?=[^\d\n]{0,20}\d)(?:(?:[A-Z2-9]{4}[ -]){3,15}[A-Z2-9]{4}"
    r"|(?:[a-z2-9]{4}[ -]){3,15}[a-z2-9]{4})\b"
)


def is_pin(value: Value, *, says: bool) -> bool:
    """Whether a value beside a word for a PIN is one; `says` if a link such as "is" says so."""
    if _PIN.fullmatch(value.text):
        return says or len(value.text) >= 4
    return says and not value.text.isalpha() and looks_secret(value.text)


def is_code(value: Value, *, says: bool) -> bool:
    """Whether a value beside a word for a one-time code is one; `says` as in `is_pin`."""
    digits = sum(c.isdigit() for c in value.text)
    return bool(_CODE.fullmatch(value.text)) and digits > (0 if says else 5)


def is_key(value: Value, *, says: bool) -> bool:
    """Whether a value beside a word for a key or token is one; `says` as in `is_pin`."""
    word = value.text
    if " " in word or not says:
        return " " not in word and is_random(word) and looks_secret(word)
    if is_uuid(word) or is_random(word):
        return True
    has_digit = any(c.isdigit() for c in word)
    return len(word) >= 8 and has_digit and looks_secret(word) and not set("/.") & set(word[:-1])


def key_in_groups(text: str, at: int) -> tuple[int, int] | None:
    """Return the span of a key in groups of four at a position, if there is one."""
    found = _GROUPS.match(text, at)
    return found.span() if found else None


def codes_at(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the codes in a list that starts at a position."""
    while found := _IN_LIST.match(text, at):
        if not any(c.isdigit() for c in found[1]) or is_stand_in(found[1]):
            return
        yield found.span(1)
        at = found.end()


def seed_phrase_at(text: str, at: int) -> tuple[int, int] | None:
    """Return the span of a seed phrase of twelve or more words at a position, if there is one."""
    found = _SEED.match(text, at)
    return found.span(1) if found else None
