"""Finds secrets that people mention in a sentence: "my password is ...", 「パスワードは…です」."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.question.secrets.codes import (
    codes_at,
    is_code,
    is_key,
    is_pin,
    key_in_groups,
    seed_phrase_at,
)
from kb.question.secrets.connectives import AND, Connective, connected_before, connectives
from kb.question.secrets.passwords import is_password, is_plainly_password, passphrase_at
from kb.question.secrets.span import SecretSpan
from kb.question.secrets.table import secret_words
from kb.question.secrets.value import CJK, Value, full_span, looks_secret, value_at

_IS_CJK = re.compile(rf"[{CJK}]")
_IS_KATAKANA = re.compile("[ァ-ヶー]")
_IS_LETTER = re.compile(rf"[^\W_{CJK}]")
_LABELS = {
    "password": "password",
    "pass": "password",
    "PIN": "PIN",
    "token": "token",
    "key": "secret key",
    "code": "one-time code",
    "recovery code": "recovery code",
    "seed phrase": "seed phrase",
    "login": "password",
}
# "8 characters", 「90日」: a number that describes a password.
_NUMBER = re.compile(r"\d+(?:[-~]\d+)?")
_COUNTED = re.compile(
    r"\s?(?:文字|桁|分|日|回|時間|秒|つ|個|か月|ヶ月|ケ月|カ月|年|月|週|%|種類|度|番|人|件|行|台|以上|以下"
    r"|以内|ビット|位|字|个|次|天|小时|자리|자|일|번|분|시간|글자|개"
    r"|(?:characters?|chars?|digits?|letters?|days?|hours?|minutes?|mins?|seconds?|weeks?|months?"
    r"|years?|times?|words?|bits?|bytes?|attempts?|percent|zeichen|ziffern|stellen|tage|stunden"
    r"|caracteres|dígitos|días|horas|caractères|chiffres|jours|heures|or|to|bis|of)\b)",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"(?:public|ssh|gpg|pgp|host|公開|partition|object|primary|foreign|registry)[ -]?$"
)
_USER_AND = re.compile(r"[\w.@+\\-]{1,64}(?:\s?[/:|,]\s?|\s(?:and|und|y|et|と)\s)(?=\S)")


def find_in_sentences(text: str) -> Iterator[SecretSpan]:
    """Yield secrets that have a word for one before or after them."""
    lower = _lower(text)
    done = 0
    for start, end, kind in _words(lower):
        if start < done or (kind == "key" and _PUBLIC.search(lower[max(0, start - 12) : start])):
            continue
        for span in (*_after(text, end, kind), *_before(text, start, kind)):
            yield span
            done = max(done, span.end)


def _lower(text: str) -> str:
    """Return a text in lower case, with every character at its old position."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _words(lower: str) -> Iterator[tuple[int, int, str]]:
    """Yield the spans of words for secrets with their kinds; of overlapping ones, the longest."""
    found: list[tuple[int, int, str]] = []
    letters = set(lower)
    for word, kind in secret_words():
        at = lower.find(word) if letters.issuperset(word) else -1
        while at >= 0:
            end = at + len(word)
            if _stands_alone(lower, at, end):
                found.append((at, -end, kind))
            at = lower.find(word, end)
    last = 0
    for start, minus_end, kind in sorted(found):
        if -minus_end > last:
            yield start, -minus_end, kind
            last = -minus_end


def _stands_alone(lower: str, start: int, end: int) -> bool:
    """Whether a word is not part of a longer one, in scripts with spaces."""
    before, after = lower[start - 1 : start], lower[end : end + 1]
    if _IS_CJK.match(lower[start]):
        return end - start > 2 or not _IS_KATAKANA.match(before)
    if after == "s":
        after = lower[end + 1 : end + 2]
    return not _IS_LETTER.match(before) and not _IS_LETTER.match(after) and after != "_"


def _after(text: str, end: int, kind: str) -> Iterator[SecretSpan]:
    """Yield the secrets after a word for one, by the first connective that leads to any."""
    for connective in connectives(text, end):
        found = list(_connected(text, end, connective, kind))
        if found:
            yield from (SecretSpan(*span, _LABELS[kind]) for span in found)
            return


def _connected(text: str, end: int, connective: Connective, kind: str) -> Iterator[tuple[int, int]]:
    whole_of = None
    match kind:
        case "recovery code":
            yield from codes_at(text, connective.end if connective.says else end)
            return
        case "seed phrase":
            whole_of = seed_phrase_at
        case "key" | "token" if connective.says:
            whole_of = key_in_groups
        case "password" if connective.says:
            whole_of = passphrase_at
    if whole_of and (span := whole_of(text, connective.end)):
        yield span
    elif kind == "login":
        yield from _login(text, connective)
    else:
        yield from _values(text, connective, kind)


def _login(text: str, connective: Connective) -> Iterator[tuple[int, int]]:
    """Yield the password of "credentials: user / password"."""
    user = _USER_AND.match(text, connective.end) if connective.says else None
    if user and (value := value_at(text, user.end())) and looks_secret(value.text):
        yield full_span(text, value)


def _values(text: str, connective: Connective, kind: str) -> Iterator[tuple[int, int]]:
    """Yield the secret after a connective, and others joined to it: "Winter23 and Spring24"."""
    at, says = connective
    while (value := value_at(text, at)) and _is_secret(text, value, kind, says=says):
        yield full_span(text, value)
        after = AND.match(text, value.end)
        if not after or kind not in ("password", "pass"):
            return
        at, says = after.end(), False


def _is_secret(text: str, value: Value, kind: str, *, says: bool) -> bool:
    """Whether a value is a secret, rather than a description of one."""
    if _COUNTED.match(text, value.end) and _NUMBER.fullmatch(value.text):
        return False
    match kind:
        case "PIN":
            return is_pin(value, says=says)
        case "code":
            return is_code(value, says=says)
        case "password" | "pass":
            return is_password(text, value, says=says, word_too=kind == "password")
        case _:
            return is_key(value, says=says)


def _before(text: str, start: int, kind: str) -> Iterator[SecretSpan]:
    """Yield a password that precedes the word for it."""
    at = connected_before(text, start) if kind in ("password", "PIN") else None
    value = value_at(text, at) if at is not None else None
    if value and value.end <= start and is_plainly_password(value.text):
        yield SecretSpan(value.start, value.end, _LABELS["password"])
