"""Finds passwords behind the short options of commands, where they are sure to be some."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb.question.secrets.span import Span
from kb.question.secrets.table import Flag, flags, logins
from kb.question.secrets.value import may_be_set, value_at

_LINE = 300


def find_behind_flags(text: str) -> Iterator[Span]:
    """Yield passwords in commands that are called with one."""
    for flag, command, option in _options():
        if command in text:
            for at in _calls(text, command):
                yield from _in_call(text, at, flag, option)
    if "--stdin" in text or "password-stdin" in text or "chpasswd" in text:
        for match in _ECHO.finditer(text):
            if may_be_set(match["value"], plainly=True):
                yield Span(*match.span("value"), "password")
    if "SecureString" in text or "net user" in text:
        for match in _WINDOWS.finditer(text):
            if may_be_set(match["value"], plainly=True):
                yield Span(*match.span("value"), "password")


_ECHO = re.compile(
    r"(?:echo|printf)(?: -n| '%s')? [\"']?(?:[\w.-]{1,32}:)?(?P<value>[^\s\"'|]{3,128})[\"']? ?\| ?(?:sudo )?"
    r"(?:docker|passwd|podman|helm|chpasswd|kinit|cryptsetup|gpg|az|oc|crane)"
)
_WINDOWS = re.compile(
    r"(?:ConvertTo-SecureString(?: -String)? [\"']?|net user [\w.-]{1,32} )(?P<value>[^\s\"'/]{3,128})"
)


@cache
def _options() -> tuple[tuple[Flag, str, re.Pattern[str]], ...]:
    return tuple(
        (flag, command, _option(flag, option))
        for flag in (*flags(), *logins())
        for command in flag.commands.split()
        for option in flag.flag.split() or [""]
    )


@cache
def _option(flag: Flag, option: str) -> re.Pattern[str]:
    space = "" if flag.glued or option.startswith("/") else "(?:[ \\t]+|=)"
    if flag.between:
        space = "[ \\t=]*"
        user = rf"[\"']?[^\s\"'{flag.between}@]{{1,64}}{re.escape(flag.between)}"
        return re.compile(rf"(?<=[ \t]){re.escape(option)}{space}{user}(?=\S)")
    return re.compile(rf"(?<![\w-]){re.escape(option)}{space}(?=[^\s-])")


def _calls(text: str, command: str) -> Iterator[int]:
    at = text.find(command)
    while at >= 0:
        after = at + len(command)
        if not text[at - 1 : at].isalnum() and text[after : after + 1].isspace():
            yield after
        at = text.find(command, after)


def _in_call(text: str, at: int, flag: Flag, option: re.Pattern[str]) -> Iterator[Span]:
    line = text.find("\n", at, at + _LINE)
    end = line if line >= 0 else at + _LINE
    if found := option.search(text, at, end):
        value = value_at(text, found.end())
        if not value:
            return
        stop = value.end
        if flag.between == "/" and "@" in value.text:
            stop = value.start + value.text.rindex("@")
        if may_be_set(text[value.start : stop], plainly=True):
            yield Span(value.start, stop, "password")
