"""HTML to Markdown that remembers where each line came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdownify import ATX, MarkdownConverter

from ingest.parse.blocks import NOTE_LABEL
from ingest.parse.inline import unspaced

_BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "td", "th", "dt", "dd", "div")
_HEADINGS = re.compile(r"h[1-6]")
# Private-use characters around a number: where the text behind it stands in the source.
_PLACE = re.compile("\ue000(\\d+)\ue001")
_FOREIGN = re.compile("[\ue000\ue001]")
_LINK = re.compile(r"\s*(?:https?:|mailto:|(?![\w+.-]*:)\S)", re.IGNORECASE)
_LINE_END = re.compile(r"[ \t]*\r?\n\s*")
_BLANK_START = re.compile(r"\A(?:(?:\ue000\d+\ue001)?[ \t]*\n)+")
_BLANK_END = re.compile(r"(?:\n(?:\ue000\d+\ue001)?[ \t]*)+\Z")
_FENCE = re.compile(r"`{3,}")


def to_markdown(body: Tag, place: Callable[[Tag], int | None]) -> tuple[str, tuple[int, ...]]:
    """Return an element's content as Markdown, and the place in the source of each line.

    `place` tells where an element stands, or None where that is not known. The element is
    changed on the way.
    """
    for text in body.find_all(string=_FOREIGN):
        text.replace_with(_FOREIGN.sub("", str(text)))
    for text in body.find_all(string=re.compile("\n")):
        if not text.find_parent("pre") and text.strip():
            text.replace_with(NavigableString(_LINE_END.sub(_glue, str(text))))
    for line_break in body.select("pre br"):
        line_break.replace_with(NavigableString("\n"))
    _part_notes(body)
    for block in body.find_all(_BLOCKS):
        _stamp(block, place(block))
    marked = _Converter(
        heading_style=ATX,
        bullets="-",
        escape_misc=True,
        table_infer_header=True,
        newline_style="BACKSLASH",
        autolinks=False,
    ).convert_soup(body)
    return _unmarked(marked)


class _Converter(MarkdownConverter):
    """What CommonMark needs and markdownify does otherwise."""

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        code = _BLANK_START.sub("", _BLANK_END.sub("", el.get_text()))
        if not _PLACE.sub("", code).strip():
            return ""
        longest = max((len(run) for run in _FENCE.findall(code)), default=2)
        fence = "`" * max(3, longest + 1)
        language = re.search(r"\blang(?:uage)?-(\w+)", " ".join(_classes(el)))
        return f"\n\n{fence}{language[1] if language else ''}\n{code}\n{fence}\n\n"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802
        if "_inline" in parent_tags or not text.strip():
            return text
        words = " ".join(text.split())
        # Closing marks of its own would be taken for Markdown's.
        words = re.sub(r"(#+)$", r"\\\1", words)
        name = str(el.get("id") or "")
        anchor = f'<a name="{name}"></a>' if re.fullmatch(r"[^\s\"'<>&]+", name) else ""
        return f"\n\n{'#' * n} {words}{anchor}\n\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "")
        # The Markdown parser takes others, such as file: and javascript:, for text.
        if not _LINK.match(href) or not text.strip():
            return text
        el["href"] = re.sub(r"[\s<>()]", lambda m: f"%{ord(m[0]):02X}", href.strip())
        del el["title"]
        linked: str = super().convert_a(el, text, parent_tags)  # type: ignore[misc]
        return linked

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words: str = self.escape(str(el.get("alt") or ""), parent_tags)  # type: ignore[attr-defined]
        return words

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n\n"


def _glue(line_end: re.Match[str]) -> str:
    before, after = line_end.string[: line_end.start()], line_end.string[line_end.end() :]
    return "" if before and after and unspaced(before[-1]) and unspaced(after[0]) else " "


def _part_notes(body: Tag) -> None:
    """Let a note's label that ends its line begin one, too."""
    for strong in body.find_all(["strong", "b"]):
        after = strong.next_sibling
        while isinstance(after, NavigableString) and not after.strip():
            after = after.next_sibling
        label = NOTE_LABEL.fullmatch(strong.get_text().strip())
        first = not "".join(str(each) for each in strong.previous_siblings).strip()
        if label and first and isinstance(after, NavigableString) and strong.parent:
            # A label that stands before its words, or over them in the source.
            if strong.parent.name in ("p", "li", "div", "blockquote"):
                strong.insert_after(BeautifulSoup("<br>", "html.parser"))
                after.replace_with(NavigableString(str(after).lstrip(" :：")))
        if label and not first and isinstance(after, Tag) and after.name == "br":
            strong.insert_before(BeautifulSoup("<br>", "html.parser"))


def _classes(el: Tag) -> list[str]:
    inner = el.find("code")
    tags = [el, inner] if isinstance(inner, Tag) else [el]
    return [name for tag in tags for name in _listed(tag.get("class"))]


def _listed(value: Any) -> Sequence[str]:
    return value.split() if isinstance(value, str) else value or ()


def _stamp(block: Tag, where: int | None) -> None:
    if where is None:
        return
    texts = [text for text in block.find_all(string=True) if isinstance(text, NavigableString)]
    first = next((text for text in texts if text.strip()), None)
    if first is None or first.find_parent(_BLOCKS) is not block:
        return
    if block.name == "pre":
        # Its lines are the source's; html5lib leaves out a line end right behind the tag.
        first = texts[0]
        shift = int(str(block.get("data-shift") or 0))
        for text in texts:
            lines = str(text).split("\n")
            begun = [lines[0] if text is not first else _mark(where + shift) + lines[0]]
            rest = [_mark(where + shift + n) + line for n, line in enumerate(lines[1:], 1)]
            text.replace_with(NavigableString("\n".join(begun + rest)))
            shift += len(lines) - 1
        return
    words = str(first)
    blank = len(words) - len(words.lstrip())
    first.replace_with(NavigableString(words[:blank] + _mark(where) + words[blank:]))


def _mark(where: int) -> str:
    return f"\ue000{where}\ue001"


def _unmarked(marked: str) -> tuple[str, tuple[int, ...]]:
    lines: list[str] = []
    places: list[int] = []
    last = 1
    for line in marked.strip("\n").split("\n"):
        if found := _PLACE.search(line):
            last = int(found[1])
        lines.append(_PLACE.sub("", line).rstrip())
        places.append(last)
    opened = False
    for n, line in enumerate(lines[:-1]):
        if _FENCE.match(line.strip()):
            opened = not opened
            places[n] = places[n + 1] if opened else places[n]
    return "\n".join(lines) + "\n", tuple(places)
