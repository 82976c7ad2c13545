"""Inline Markdown to lines of spans."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from kb.model import Span

_ANCHOR = re.compile(r"""<a\s+(?:name|id)\s*=\s*["']?([^"'>\s]+)["']?\s*/?>""", re.IGNORECASE)
_POINTS = ("、", "。", "，", "．", ",", ".", ";")
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass
class TextLine:
    """One line of inline text: its spans, and its distance from the first line."""

    offset: int
    spans: list[Span] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The line's words."""
        return "".join(span.text for span in self.spans)


def text_lines(inline: Token) -> list[TextLine]:
    """Return the lines of an inline token, with the look and the links of their words.

    Anchors and other inline HTML are left out.
    """
    lines = [TextLine(0)]
    bold = 0
    href: str | None = None
    for token in inline.children or ():
        match token.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "link_open":
                href = str(token.attrGet("href") or "") or None
            case "link_close":
                href = None
            case "text" | "code_inline" | "image":
                code = token.type == "code_inline"
                text = _alternative(token) if token.type == "image" else token.content
                span = Span(text=text, href=href, code=code, bold=bold > 0)
                lines[-1].spans.append(span)
            case "softbreak" | "hardbreak":
                lines.append(TextLine(lines[-1].offset + 1))
            case "html_inline" if _LINE_BREAK.fullmatch(token.content):
                lines[-1].spans.append(Span(text=" "))
    return lines


def _alternative(image: Token) -> str:
    return "".join(child.content for child in image.children or ())


def anchors(inline: Token) -> list[str]:
    """Return the names of the `<a name>` anchors in an inline token."""
    html = (t.content for t in inline.children or () if t.type == "html_inline")
    return [match[1] for content in html if (match := _ANCHOR.match(content))]


def joined(lines: Sequence[TextLine]) -> tuple[Span, ...]:
    """Return the spans of several lines as those of one.

    Lines are joined by a space, but not between two characters of a script that is written
    without spaces.
    """
    spans: list[Span] = []
    for line in lines:
        if spans and line.spans:
            glue = glue_between(spans[-1].text[-1:], line.text[:1])
            last, next_ = spans[-1], line.spans[0]
            # A link, or bold words, that go on are one.
            href = last.href if last.href == next_.href else None
            code, bold = last.code and next_.code, last.bold and next_.bold
            spans.append(Span(text=glue, href=href, code=code, bold=bold))
        spans.extend(line.spans)
    return tidy(spans)


def tidy(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans without empty ones, equal neighbours joined, and no white space around."""
    kept: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if kept and _look(kept[-1]) == _look(span):
            kept[-1] = span.model_copy(update={"text": kept[-1].text + span.text})
        else:
            kept.append(span)
    while kept and not kept[0].text.strip():
        kept.pop(0)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[0] = kept[0].model_copy(update={"text": kept[0].text.lstrip()})
        kept[-1] = kept[-1].model_copy(update={"text": kept[-1].text.rstrip()})
    return tuple(kept)


def _look(span: Span) -> tuple[str | None, bool, bool]:
    return span.href, span.code, span.bold


def cut_spans(spans: Iterable[Span], start: int) -> Iterator[Span]:
    """Yield spans without their first `start` characters."""
    at = 0
    for span in spans:
        cut = max(0, start - at)
        if cut < len(span.text):
            yield span.model_copy(update={"text": span.text[cut:]})
        at += len(span.text)


def glue_between(before: str, after: str) -> str:
    """Return what joins two lines, given the characters that meet: a space, or nothing."""
    closing = bool(after) and unicodedata.category(after) in ("Pe", "Pf") or after in _POINTS
    return "" if closing or (unspaced(before) and unspaced(after)) else " "


def unspaced(character: str) -> bool:
    """Whether a character's script is written without spaces."""
    # Chinese and Japanese, and the punctuation that is as wide as they are.
    return bool(character) and unicodedata.east_asian_width(character) in "WF"
