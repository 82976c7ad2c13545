"""Rewrites tags around Markdown as the parser reads them: as colon boxes, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent
from typing import NamedTuple

from ingest.loaders.markdown.elements import Element, elements_of
from ingest.loaders.markdown.fragments import markdown_of
from ingest.loaders.markdown.meaning import Meaning, Treatment, meaning_of
from ingest.parse.dialects.containers import is_fence
from ingest.parse.dialects.left_out import remark_text
from ingest.parse.dialects.tags import Syntax, Tag, closing_tags, read_tag
from ingest.remark import Remark, RemarkKind

# Nested tags; chosen by hand, deeper than anybody writes.
_DEEPEST = 30
_MAY_HOLD = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?:<[A-Za-z/]|\{\{?[<%/#]|\{/\*|import\s|export\s)",
    re.MULTILINE,
)
_SUMMARY = re.compile(r"\s*<summary[^>]*>(.*?)</summary>", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"\s*<(\w+)[^>]*class=[\"'][^\"']*title[^\"']*[\"'][^>]*>(.*?)</\1>", re.DOTALL)
# "<Q>Why?<A>So.</A></Q>"
_ASKED = re.compile(r"\s*([^<\n][^\n]*?)\s*(?=<(?:A|Answer)>)")
_BLOCK_TAG = re.compile(r"</?(?:h[1-6]|p|div|span|strong|b|em|i)\b[^>]*>", re.IGNORECASE)
_COLONS = re.compile(r"^[ \t>]*(:{3,})", re.MULTILINE)
_CODE_SPAN = re.compile(r"(`+[^`]*`+)")
_STRINGS = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_LABELS = re.compile(r"label:\s*['\"]([^'\"]*)['\"]\s*,\s*value:\s*['\"]([^'\"]*)['\"]")


def may_hold_tags(text: str) -> bool:
    """Whether a text may have anything to rewrite here, or a template in a table."""
    return "{{" in text or "{%" in text or _MAY_HOLD.search(text) is not None


class PlacedLine(NamedTuple):
    """A line, and its line (from 0) in the file."""

    text: str
    place: int


@dataclass
class _Around:
    """What the tags around a text imply for those in it.

    `titles` are those of tabs without their own, `named` the titles of those with a name; `code`
    means that the tabs hold code.
    """

    titles: list[str]
    named: dict[str, str]
    code: bool = False


class Rewriter:
    """Rewrites a file's lines, and collects remarks on what it leaves out."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []
        self._depth = 0

    def rewritten(
        self, lines: Sequence[PlacedLine], around: _Around | None = None
    ) -> list[PlacedLine]:
        """Return the lines without the tags around blocks."""
        text = "\n".join(line.text for line in lines)
        if self._depth > _DEEPEST or not _MAY_HOLD.search(text):
            return list(lines)
        self._depth += 1
        found: list[PlacedLine] = []
        at = 0
        for element in elements_of(text):
            found += lines[at : element.first]
            places = [line.place for line in lines[element.first : element.end]]
            inside = [PlacedLine(*pair) for pair in zip(element.texts, places, strict=True)]
            found += _prefixed(self._element(element, inside, around), element, places)
            at = element.end
        self._depth -= 1
        return [*found, *lines[at:]]

    def _element(
        self, element: Element, lines: list[PlacedLine], around: _Around | None
    ) -> Iterable[PlacedLine]:
        region = "\n".join(line.text for line in lines)
        tag = read_tag(region, 0) if element.tag else None
        if tag is None:
            self._leave_out("", region, lines[0].place)
            return []
        closing = None if tag.empty else closing_tags(region).get(0)
        if closing is None:
            rest = _between(lines, tag.end, None)
            return [*self._alone(tag, region, lines), *self.rewritten(rest, around)]
        inside = _between(lines, tag.end, closing.start)
        rest = _between(lines, closing.end, None)
        whole = region[: closing.end]
        return [
            *self._pair(tag, whole, inside, lines, around),
            *(self.rewritten(rest, around) if any(line.text.strip() for line in rest) else []),
        ]

    def _alone(self, tag: Tag, region: str, lines: list[PlacedLine]) -> list[PlacedLine]:
        """Return what remains of a tag without content."""
        written = region[tag.start : tag.end]
        place = lines[0].place
        meaning = meaning_of(tag, "")
        text = tag.given("content", "text")
        if text and tag.name.startswith("include"):
            kind = (tag.words or ("",))[0].rsplit("/", 1)[-1].removesuffix(".html")
            meaning = meaning_of(replace(tag, name=kind, words=()), "")
        if text and meaning.way is Treatment.BOX:
            return _boxed(meaning, [PlacedLine(text, place)], place, place)
        if tag.syntax is not Syntax.HTML or tag.empty and not tag.name.islower():
            self._leave_out("", written, place)
        return []

    def _pair(
        self,
        tag: Tag,
        whole: str,
        inside: list[PlacedLine],
        lines: list[PlacedLine],
        around: _Around | None,
    ) -> list[PlacedLine]:
        first, last = lines[0].place, lines[whole.count("\n")].place
        meaning = meaning_of(tag, "\n".join(line.text for line in inside))
        match meaning.way:
            case Treatment.HTML:
                texts, at = markdown_of(whole)
                return [
                    PlacedLine(text, lines[line].place)
                    for text, line in zip(texts, at, strict=True)
                ]
            case Treatment.LEFT_OUT:
                self._leave_out("", whole, first)
                return []
            case Treatment.CODE:
                return _fenced(inside, meaning.title, first, last)
            case Treatment.VERBATIM:
                return self.rewritten(list(_escaped(inside)), around)
            case Treatment.PLAIN:
                if tag.syntax is not Syntax.HTML:
                    self._leave_out("", whole[: tag.end], first)
                return self.rewritten(_dedented(inside))
        return self._box(tag, meaning, inside, around, first, last)

    def _box(
        self,
        tag: Tag,
        meaning: Meaning,
        inside: list[PlacedLine],
        around: _Around | None,
        first: int,
        last: int,
    ) -> list[PlacedLine]:
        if not meaning.title and (found := _title_in(inside)):
            title, inside = found
            meaning = replace(meaning, title=title)
        if meaning.box == "tab" and around:
            title = around.named.get(tag.given("value"), meaning.title)
            if not title and around.titles:
                title = around.titles.pop(0)
            meaning = replace(meaning, title=title)
            if around.code and not tag.given("text"):
                inside = _fenced(inside, tag.given("lang"), first, last)
        body = self.rewritten(_dedented(inside), _around(tag) if meaning.box == "tabs" else None)
        return _boxed(meaning, body, first, last)

    def _leave_out(self, what: str, written: str, place: int) -> None:
        text = remark_text(what, written)
        self.remarks.append(Remark(line=place + 1, kind=RemarkKind.LEFT_OUT, text=text))


def _between(lines: Sequence[PlacedLine], start: int, end: int | None) -> list[PlacedLine]:
    """Return the lines between two offsets of their text, with partial lines at both ends."""
    found: list[PlacedLine] = []
    at = 0
    for line in lines:
        behind = at + len(line.text)
        if behind >= start and (end is None or at <= end):
            text = line.text[max(0, start - at) : None if end is None else max(0, end - at)]
            found.append(PlacedLine(text, line.place))
        at = behind + 1
    while found and not found[0].text.strip():
        found.pop(0)
    while found and not found[-1].text.strip():
        found.pop()
    return found


def _dedented(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Return the lines without their common indent; the content of `<pre>` is unchanged."""
    kept: set[int] = set()
    inside = False
    for n, line in enumerate(lines):
        if inside:
            kept.add(n)
        opened, closed = line.text.lower().rfind("<pre"), line.text.lower().rfind("</pre>")
        inside = opened > closed or inside and closed < 0
    moved = [n for n in range(len(lines)) if n not in kept]
    texts = dedent("\n".join(lines[n].text.expandtabs(4) for n in moved)).split("\n")
    found = list(lines)
    for n, text in zip(moved, texts, strict=False):
        found[n] = lines[n]._replace(text=text)
    return found


def _title_in(lines: list[PlacedLine]) -> tuple[str, list[PlacedLine]] | None:
    """Return a box's first element as its title, if it is one, and the lines below it."""
    text = "\n".join(line.text for line in lines)
    found = _SUMMARY.match(text) or _TITLE.match(text) or _ASKED.match(text)
    if found is None:
        return None
    title = found[found.lastindex or 1]
    words = " ".join(_BLOCK_TAG.sub("", title).split())
    return words, _between(lines, found.end(), None)


def _boxed(meaning: Meaning, lines: list[PlacedLine], first: int, last: int) -> list[PlacedLine]:
    text = "\n".join(line.text for line in lines)
    colons = ":" * (1 + max([2, *(len(found) for found in _COLONS.findall(text))]))
    title = f"[{meaning.title}]" if meaning.title else ""
    opening = PlacedLine(f"{colons}{meaning.box}{title}", first)
    return [opening, *lines, PlacedLine(colons, last)]


def _fenced(lines: list[PlacedLine], language: str, first: int, last: int) -> list[PlacedLine]:
    return [PlacedLine(f"````{language}", first), *lines, PlacedLine("````", last)]


def _escaped(lines: Iterable[PlacedLine]) -> Iterator[PlacedLine]:
    """Yield lines with template marks escaped, except in code."""
    fence: str | None = None
    for line in lines:
        was = fence
        fence = is_fence(line.text.lstrip(" >"), fence)
        if was or fence:
            yield line
            continue
        parts = _CODE_SPAN.split(line.text)
        parts[::2] = [re.sub(r"\{(?=[{%])", r"\\{\\", part) for part in parts[::2]]
        yield line._replace(text="".join(parts))


def _around(tag: Tag) -> _Around:
    items = tag.given("items")
    strings = [one or other for one, other in _STRINGS.findall(items)]
    values = tag.given("values", "groups")
    return _Around(
        titles=strings or [each.strip() for each in items.split(",") if each.strip()],
        named={value: label for label, value in _LABELS.findall(values)},
        code=tag.name == "tabpane" and not tag.given("text"),
    )


def _prefixed(
    lines: Iterable[PlacedLine], element: Element, places: Sequence[int]
) -> Iterator[PlacedLine]:
    """Yield lines with the list or quote markers of the element's context."""
    found = list(lines)
    first = element.prefix.strip(" \t>")
    blank = element.inner_prefix.rstrip()
    if not first:
        yield PlacedLine(blank, places[0])
    for n, (text, line) in enumerate(found):
        prefix = element.prefix if first and n == 0 else element.inner_prefix
        yield PlacedLine((prefix + text).rstrip(), line)
    if not found and first:
        yield PlacedLine(element.prefix.rstrip(), places[0])
    yield PlacedLine(blank, places[-1])
