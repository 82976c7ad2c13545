"""Finds secrets by the names of settings, parameters, headers and flags that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kb.question.secrets.span import SecretSpan
from kb.question.secrets.table import about, names, signature
from kb.question.secrets.value import (
    Value,
    full_span,
    is_random,
    is_uuid,
    looks_secret,
    may_be_set,
    value_at,
)

_LABELS = {"password": "password", "token": "token", "key": "secret key"}
_NAME = re.compile(
    r"(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z_-][A-Za-z0-9_.-]{1,79})(?P<close>\\?[\"'`\]*)]{0,3})"
    r"(?P<link>[ \t]{0,8}(?::=|=>|==?|: ?=|\?=|:|\|)[ \t]{0,8}(?:\n[ \t]{0,8}(?=\S))?|>)"
)
_FLAG = re.compile(r"(?<![\w-])(?P<name>--?[A-Za-z][\w-]{1,40})(?P<link>[ \t]{1,4}(?=[^\s-]))")
_SET = re.compile(r"(?<=[Ss]et|etx|add)[ \t](?P<name>[\w./:@-]{2,80})[ \t](?=\S)")
_XML = re.compile(
    r"(?:key|name|id)\s?=\s?[\"'](?P<name>[\w.:-]{2,80})[\"'][^<>\n]{0,80}?\s"
    r"(?:value|content)\s?=\s?[\"'](?P<value>[^\"'\n]{1,512})[\"']",
    re.IGNORECASE,
)
_SCHEMES = (
    "bearer", "basic", "ssws", "token", "apikey", "digest", "negotiate", "ntlm", "geniekey",
    "splunk", "oauth", "key", "jwt", "api-key",
)  # fmt: skip
_SCHEME = re.compile(rf"(?i:{'|'.join(_SCHEMES)})[ =]{{1,4}}(?P<value>[^\s\"'<>,;]{{6,}}+)")
_CREDENTIAL = re.compile(r"[A-Za-z0-9+/._~=:|%-]{12,}+")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# The minimum length of a key or token after its name, and of one in a header.
_MIN_NAMED = 6
_MIN_HEADER = 8
_TAILS = (
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "passphrase",
    "secretkey",
    "accesskey",
    "privatekey",
)


def find_named(text: str) -> Iterator[SecretSpan]:
    """Yield the values of settings, parameters, headers and flags named like secrets."""
    done = 0
    for match in _NAME.finditer(text):
        kind = _kind(match["name"]) if match.start() >= done else None
        if kind and (span := _set_to(text, match, kind)):
            yield span
            done = span.end
    for match in _FLAG.finditer(text):
        if (kind := _kind(match["name"])) and (span := _set_to(text, match, kind)):
            yield span
    for match in _SET.finditer(text):
        kind = _kind(match["name"])
        if kind and (value := value_at(text, match.end())) and looks_secret(value.text):
            yield SecretSpan(*full_span(text, value), _LABELS.get(kind, kind))
    yield from _behind_schemes(text)
    if "alue" in text:
        for match in _XML.finditer(text):
            kind = _kind(match["name"])
            if kind and may_be_set(match["value"], plainly=True):
                yield SecretSpan(*match.span("value"), _LABELS.get(kind, kind))


def _behind_schemes(text: str) -> Iterator[SecretSpan]:
    """Yield credentials after "Bearer" and the like, anywhere in a text."""
    lower = text.lower()
    for scheme in _SCHEMES[:3]:
        at = lower.find(scheme)
        while at >= 0:
            match = _SCHEME.match(text, at)
            if match and _CREDENTIAL.fullmatch(match["value"]) and is_random(match["value"]):
                yield SecretSpan(*match.span("value"), "token")
            at = lower.find(scheme, match.end() if match else at + len(scheme))


def _set_to(text: str, match: re.Match[str], kind: str) -> SecretSpan | None:
    name, link = match["name"], match["link"]
    is_flag = name.startswith("-")
    if link == ">" and text[match.start() - 1 : match.start()] != "<":
        return None
    if match["name"].lower().endswith("authorization") or "cookie" in name.lower():
        return _header(text, match.end())
    value = value_at(text, match.end())
    if not value or value.text.lower() == name.lower().lstrip("-"):
        return None
    return (
        SecretSpan(*full_span(text, value), _LABELS.get(kind, kind))
        if _is_secret(value, kind, link, is_flag)
        else None
    )


def _is_secret(value: Value, kind: str, link: str, is_flag: bool) -> bool:
    """Whether a setting's value is a secret; after ":", a plain word may only describe one."""
    sure = value.quoted or is_flag or "=" in link or link == ">"
    if kind == "password":
        return may_be_set(value.text, plainly=sure)
    if not may_be_set(value.text, plainly=False):
        return len(value.text) >= _MIN_NAMED and (is_random(value.text) or is_uuid(value.text))
    return len(value.text) >= _MIN_NAMED


def _header(text: str, at: int) -> SecretSpan | None:
    """Return the span of an authorization or cookie header's value."""
    if signed := signature().match(text, at):
        return SecretSpan(*signed.span(), "token")
    value = value_at(text, at)
    long = value is not None and len(value.text) >= _MIN_HEADER
    if value and value.quoted and long and looks_secret(value.text.split(" ")[-1]):
        return SecretSpan(value.start, value.end, "token")
    scheme = _SCHEME.match(text, at)
    if scheme and (value := value_at(text, scheme.start("value"))):
        return (
            SecretSpan(*full_span(text, value), "token")
            if may_be_set(value.text, plainly=False)
            else None
        )
    line = re.compile(r"[^\n\"'`]{1,4096}").match(text, at)
    if line and (pairs := re.compile(r"(?:[\w.$-]{1,64}=[^\s;]{6,}+;?\s?)+").match(text, at)):
        return SecretSpan(at, at + len(pairs[0].rstrip("; ")), "token")
    if value and looks_secret(value.text) and len(value.text) >= _MIN_HEADER:
        return SecretSpan(*full_span(text, value), "token")
    return None


@lru_cache(maxsize=4096)
def _kind(name: str) -> str | None:
    """Return the kind that a name implies: "password" for DB_PASSWORD, None for token_type."""
    parts = [part.lower() for part in _PARTS.findall(name)]
    while parts and (
        parts[-1].isdigit() or parts[-1] in ("b64", "base", "dev", "prod", "test", "value", "plain")
    ):
        parts.pop()
    if not parts or parts[-1] in about() - names().keys() or parts[-1] == "auth" and len(parts) > 1:
        return None
    known = names()
    for first in range(len(parts)):
        for last in range(len(parts), first, -1):
            joined = "".join(parts[first:last])
            if joined in known and (
                last == len(parts) or last - first > 1 or len(parts) - last <= 2
            ):
                return known[joined]
    whole = "".join(parts)
    return next((known.get(tail, "token") for tail in _TAILS if whole.endswith(tail)), None)
