"""Finds passwords and keys in URLs: user:password@host, otpauth://, Wi-Fi codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.question.secrets.span import SecretSpan
from kb.question.secrets.value import is_stand_in

# A password may contain any character, even "@" and "/": the last "@" before a host name counts.
_USER = re.compile(
    r"(?<=://)(?P<user>[^\s/:@\"'<>`]{0,128}):(?P<password>[^\s\"'<>`]{1,256})@(?=[\w\[{$<-])"
)
_USER_ONLY = re.compile(r"(?<=://)(?P<password>[^\s/:@\"'<>`]{20,256})@(?=[\w-]+\.)")
# Without a scheme: scott/tiger@db, user:password@tcp(host), user:password@host:port.
_ORACLE = re.compile(r"(?<=thin:)[^\s/@:]{1,64}/(?P<password>[^\s]{1,128})@(?=[/\w])")
_DRIVER = re.compile(
    r"(?<![A-Za-z0-9_/:.-])[A-Za-z0-9_.-]{1,64}:(?!//)(?P<password>[^\s\"'<>]{1,128})@(?:(?:tcp|unix)\(|[\w.-]{1,100}:\d{2,5}\b)"
)
_PORT = re.compile(r"\d{1,5}(?:/.*)?")
_OTPAUTH = re.compile(r"otpauth(?:-migration)?://[^\s\"'<>`]+")
_WIFI = re.compile(r"WIFI:(?:[A-Z]+:[^;\s]{0,100};){0,4}?P:(?P<password>(?:\\.|[^;]){1,100});")


def find_in_addresses(text: str) -> Iterator[SecretSpan]:
    """Yield passwords in URLs, and URLs that are themselves keys."""
    if "://" in text:
        for match in _USER.finditer(text):
            if not _PORT.fullmatch(match["password"]) or "/" not in match["password"]:
                yield from _unless_stand_in(match)
        for match in _USER_ONLY.finditer(text):
            if re.search(r"\d", match["password"]):
                yield from _unless_stand_in(match)
        for match in _OTPAUTH.finditer(text):
            yield SecretSpan(*match.span(), "one-time code key")
    if "@" in text:
        for match in (*_ORACLE.finditer(text), *_DRIVER.finditer(text)):
            yield from _unless_stand_in(match)
    if "WIFI:" in text:
        for match in _WIFI.finditer(text):
            yield SecretSpan(*match.span("password"), "password")


def _unless_stand_in(match: re.Match[str]) -> Iterator[SecretSpan]:
    if not is_stand_in(match["password"]) and match["password"].lower() not in ("password", "pass"):
        yield SecretSpan(*match.span("password"), "password in a web address")
