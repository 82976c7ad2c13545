"""Finds keys and tokens recognisable by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.question.secrets.span import SecretSpan
from kb.question.secrets.table import Prefix, prefixes, shapes
from kb.question.secrets.value import class_changes, is_random, is_stand_in

# A JWT: three parts, the first being JSON in Base64, where {" is eyJ. The last may be missing.
_WEB_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_-])eyJ[\w-]{8,}+(?:\.[\w-]{4,}+)?(?:\.\.?[\w-]*+){0,3}(?<!\.)"
)
# Shorter ones are words that happen to start with eyJ. Chosen by hand.
_MIN_WEB_TOKEN_CHARACTERS = 30
_BEFORE = re.compile(r"\\[nrt]|%[0-9A-Fa-f]{2}|(?:\\u00[0-9A-Fa-f]{2})")
_WORD = re.compile(r"[A-Z]?[a-z]{3,}")
_HAS_DIGIT = re.compile(r"\d")

# Amazon's secret keys have no prefix: any 40 characters of Base64 that are not words may be one.
_FORTY = re.compile(r"(?<![A-Za-z0-9/+=_.:@~-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_@-])")
_KEY_ID = re.compile(r"A[KSBC][ISC]A[A-Z0-9]{16}")
_OF_KEYS = re.compile(
    r"(?i)(?:secret|aws|access.?key|credential|\bAKIA|シークレット|キー|鍵|密钥|密鑰|金鑰|키|clave|clé\b|schlüssel)"
)


def find_tokens(text: str) -> Iterator[SecretSpan]:
    """Yield keys and tokens recognisable by their prefix or shape."""
    letters = set(text)
    for prefix in prefixes():
        if letters.issuperset(prefix.start) and prefix.start in text:
            yield from _with_prefix(text, prefix)
    for kind, has, shape in shapes():
        if has in text:
            for match in shape.finditer(text):
                if not is_stand_in(match[0]):
                    yield SecretSpan(*match.span(), kind)
    if "eyJ" in text:
        for match in _WEB_TOKEN.finditer(text):
            if len(match[0]) >= _MIN_WEB_TOKEN_CHARACTERS and not is_stand_in(match[0]):
                yield SecretSpan(*match.span(), "web token")


def find_bare_keys(text: str) -> Iterator[SecretSpan]:
    """Yield what may be Amazon's secret keys, which have no prefix."""
    beside = _KEY_ID.search(text)
    for match in _FORTY.finditer(text):
        found = match[0]
        if is_stand_in(found) or not (_HAS_DIGIT.search(found) and _is_mixed(found)):
            continue
        alone = (
            is_random(found) and class_changes(found) >= 14 and _in_words(found) <= len(found) / 2
        )
        if beside or (alone and ("/" in found or "+" in found or _OF_KEYS.search(text))):
            yield SecretSpan(*match.span(), "AWS secret key")


def _is_mixed(text: str) -> bool:
    return text.lower() != text != text.upper() and len(set(text)) >= 16


def _in_words(text: str) -> int:
    """Return how many characters belong to likely words, as all of getUserAccount do."""
    return sum(map(len, _WORD.findall(text)))


def _with_prefix(text: str, prefix: Prefix) -> Iterator[SecretSpan]:
    at = text.find(prefix.start)
    while at >= 0:
        match = prefix.whole.match(text, at) if _begins(text, at, prefix.start) else None
        if match and _is_token(match[0], prefix):
            yield SecretSpan(*match.span(), prefix.kind)
        at = text.find(prefix.start, match.end() if match else at + len(prefix.start))


def _begins(text: str, at: int, start: str) -> bool:
    """Whether a token can start at a position, and not in the middle of a word."""
    before = text[at - 1 : at]
    if not before or not before.isascii() or not start[0].isalnum():
        return True
    if before.isalnum():
        return bool(_BEFORE.fullmatch(text, at - 2, at) or _BEFORE.fullmatch(text, at - 3, at))
    # In Base64 or in a compound name, a short prefix may occur by chance.
    if not start.isalnum() or len(start) > 6:
        return True
    return before not in "+_-" and (before not in "/." or len(start) > 3)


def _is_token(text: str, prefix: Prefix) -> bool:
    rest = text[len(prefix.start) :]
    if is_stand_in(rest):
        return False
    if not prefix.mixed:
        return True
    letters = re.sub(r"[^A-Za-z0-9]", "", rest)
    if not _HAS_DIGIT.search(letters) and letters.lower() == letters:
        return False
    return class_changes(letters) >= len(letters) / 6 and _in_words(rest) <= 0.6 * len(rest)
