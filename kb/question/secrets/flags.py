"""Finds passwords after command-line options that are certain to take one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb.question.secrets.span import SecretSpan
from kb.question.secrets.table import Flag, flags, logins
from kb.question.secrets.value import may_be_set, value_at

# How much of a command line is searched for its options; chosen by hand.
_MAX_LINE = 300
_ECHO = re.compile(
    r"(?:echo|printf)(?: -n| '%s')? [\"']?(?:[\w.-]{1,32}:)?(?P<value>[^\s\"'|]{3,128})[\"']? ?\| ?"
    r"(?:sudo )?(?:-S\b|docker|passwd|podman|helm|chpasswd|kinit|cryptsetup|gpg|az|oc|crane)"
)
_WINDOWS = re.compile(
    r"(?:ConvertTo-SecureString(?: -String)? [\"']?|net user [\w.-]{1,32} "
    r"|net use (?:\w: |\* )?\\{2,4}\S{1,100} )(?P<value>[^\s\"'/]{3,128})"
)


def find_behind_flags(text: str) -> Iterator[SecretSpan]:
    """Yield passwords given to commands on their command line."""
    for flag, command, option in _options():
        if command in text:
            for at, end in _calls(text, command):
                yield from _in_call(text, at, end, flag, option)
    if "echo" in text or "printf" in text:
        for match in _ECHO.finditer(text):
            if may_be_set(match["value"], plainly=True):
                yield SecretSpan(*match.span("value"), "password")
    if "SecureString" in text or "net use" in text:
        for match in _WINDOWS.finditer(text):
            if may_be_set(match["value"], plainly=True):
                yield SecretSpan(*match.span("value"), "password")


@cache
def _options() -> tuple[tuple[Flag, str, re.Pattern[str]], ...]:
    return tuple(
        (flag, command, _option(flag, option))
        for flag in (*flags(), *logins())
        for command in flag.commands
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


def _calls(text: str, command: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a command's arguments, for each time it is called."""
    at = text.find(command)
    while at >= 0:
        after = at + len(command)
        following = text.find(command, after)
        if not text[at - 1 : at].isalnum() and text[after : after + 1].isspace():
            line = text.find("\n", after, after + _MAX_LINE)
            ends = [end for end in (line, following) if end >= 0]
            yield after, min([after + _MAX_LINE, *ends])
        at = following


def _in_call(
    text: str, at: int, end: int, flag: Flag, option: re.Pattern[str]
) -> Iterator[SecretSpan]:
    if not (found := option.search(text, at, end)) or not (value := value_at(text, found.end())):
        return
    stop = value.end
    if flag.between == "/" and "@" in value.text:
        stop = value.start + value.text.rindex("@")
    if may_be_set(text[value.start : stop], plainly=True):
        yield SecretSpan(value.start, stop, "password")
