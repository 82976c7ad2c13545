"""Tags that may be paired around Markdown: of HTML and MDX, of Hugo, of Liquid."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Syntax(Enum):
    """A tag's syntax."""

    HTML = auto()
    HUGO = auto()
    LIQUID = auto()


@dataclass(frozen=True)
class Tag:
    """A tag and its position in a text.

    `words` are its positional arguments.
    """

    syntax: Syntax
    name: str
    start: int
    end: int
    closes: bool = False
    empty: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    def given(self, *names: str) -> str:
        """Return the first non-empty attribute of these names, else ""."""
        return next((value for name in names if (value := self.attributes.get(name))), "")


_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_HTML = re.compile(
    r"<(?P<closes>/?)(?P<name>[A-Za-z][\w.:-]*)"
    rf"(?P<rest>(?:\s+[:@#\w.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|{_BRACES}|[^\s\"'=<>`{{}}]+))?"
    rf"|\s*{_BRACES})*+)"
    r"\s*(?P<empty>/?)>"
)
_HUGO = re.compile(
    r"\{\{[<%]-?\s*(?P<closes>/?)\s*(?P<name>[\w./-]*\w)"
    r"(?P<rest>(?:\s(?:\"(?:[^\"\\]|\\.)*\"|`[^`]*`|(?!/?\s*-?[>%]\}\})[^\"`])*)?)"
    r"\s*(?P<empty>/?)\s*-?[>%]\}\}"
)
_LIQUID = re.compile(r"\{%-?\s*(?P<closes>end_?)?(?P<name>[a-z][\w-]*)(?P<rest>[^%\n]*?)\s*-?%\}")
_SYNTAXES = {Syntax.HTML: _HTML, Syntax.HUGO: _HUGO, Syntax.LIQUID: _LIQUID}
_ATTRIBUTE = re.compile(
    rf"([:@#\w.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`|({_BRACES})|([^\s\"'`{{}}]+))"
)
_WORD = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|`([^`]*)`|(\S+)")
_IN_BRACES = re.compile(r"\{\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`)\s*\}")
_FENCE = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})(.*)$", re.MULTILINE)
_HIDDEN = re.compile(r"<!--.*?-->|(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)\1(?!`)", re.DOTALL)


def read_tag(text: str, at: int) -> Tag | None:
    """Return the tag at a position in a text, or None."""
    for syntax, pattern in _SYNTAXES.items():
        if match := pattern.match(text, at):
            return _tag(syntax, match)
    return None


def _tag(syntax: Syntax, match: re.Match[str]) -> Tag:
    rest = match["rest"].strip()
    attributes: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(rest):
        value = next((each for each in found.groups()[1:] if each is not None), "")
        attributes.setdefault(found[1], _said(value) if value.startswith("{") else value)
    words = _WORD.findall(_ATTRIBUTE.sub(" ", rest)) if syntax is not Syntax.HTML else []
    return Tag(
        syntax,
        match["name"],
        match.start(),
        match.end(),
        closes=bool(match["closes"]),
        empty=syntax is not Syntax.LIQUID and bool(match["empty"]),
        attributes=attributes,
        words=tuple("".join(word) for word in words),
    )


def _said(braces: str) -> str:
    """Return the string in an MDX expression; lists are returned as they are."""
    if inner := _IN_BRACES.fullmatch(braces):
        return next(filter(None, inner.groups()), "")
    if braces.lstrip("{ \n").startswith("<"):
        return " ".join(re.sub(r"<[^>]*>|[{}]", " ", braces).split())
    return braces if "[" in braces else ""


def closing_tags(text: str) -> dict[int, Tag]:
    """Return each closed tag's closing tag, keyed by the offset of the former.

    Tags in code do not count.
    """
    hidden = list(_hidden(text))
    starts = [first for first, _ in hidden]
    closed: dict[int, Tag] = {}
    opened: dict[tuple[Syntax, str], list[int]] = {}
    for syntax, pattern in _SYNTAXES.items():
        for match in pattern.finditer(text):
            before = bisect_right(starts, match.start()) - 1
            if before >= 0 and match.start() < hidden[before][1]:
                continue
            key = (syntax, match["name"])
            if match["closes"]:
                if opened.get(key):
                    closed[opened[key].pop()] = _tag(syntax, match)
            elif syntax is Syntax.LIQUID or not match["empty"]:
                opened.setdefault(key, []).append(match.start())
    return closed


def _hidden(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of code and comments, in order."""
    at = 0
    for first, end in _fences(text):
        yield from _in_lines(text, at, first)
        yield first, end
        at = end
    yield from _in_lines(text, at, len(text))


def _in_lines(text: str, first: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _HIDDEN.finditer(text, first, end):
        yield match.span()


def _fences(text: str) -> Iterator[tuple[int, int]]:
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            if not (match[1][0] == "`" and "`" in match[2]):
                opened = match
        elif match[1].startswith(opened[1]) and not match[2].strip():
            yield opened.start(), match.end()
            opened = None
    if opened:
        yield opened.start(), len(text)
