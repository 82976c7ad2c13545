"""Converts inline Markdown to lines of spans."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from markdown_it.common.normalize_url import validateLink
from markdown_it.token import Token

from ingest.parse.dialects.html_tags import HIDDEN_TAGS, is_placeholder
from kb.model import Span

_ANCHOR = re.compile(r"""<a\s+(?:name|id)\s*=\s*["']?([^"'>\s]+)["']?\s*/?>""", re.IGNORECASE)
_POINTS = ("、", "。", "，", "．", ",", ".", ";")
_TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]*)([^>]*)>", re.DOTALL)
_ALTERNATIVE = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


@dataclass
class TextLine:
    """A line of inline text: its spans, and its offset in lines from the first."""

    offset: int
    spans: list[Span] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The line's text."""
        return "".join(span.text for span in self.spans)


def text_lines(inline: Token) -> list[TextLine]:
    """Return the lines of an inline token, with formatting and links.

    HTML tags are removed, and so is what readers do not see: ruby, struck text, scripts.
    """
    return _Reader(inline).lines


class _Reader:
    """Reads the children of an inline token."""

    def __init__(self, inline: Token) -> None:
        self.lines = [TextLine(0)]
        self._bold = 0
        self._code = 0
        self._hidden = 0
        self._skipped = False
        self._raised = 0
        self._href: str | None = None
        children = inline.children or ()
        html = [token.content for token in children if token.type == "html_inline"]
        tags = (_TAG.match(tag) for tag in html)
        self._closed = {tag[2].lower() for tag in tags if tag and tag[1]} if html else set()
        for token in children:
            self._read(token)

    def _read(self, token: Token) -> None:
        match token.type:
            case "strong_open":
                self._bold += 1
            case "strong_close":
                self._bold -= 1
            case "s_open":
                self._hidden += 1
            case "s_close":
                self._hidden -= 1
            case "link_open":
                self._href = str(token.attrGet("href") or "") or None
            case "link_close":
                self._href = None
            case "text" | "code_inline" | "image":
                code = token.type == "code_inline"
                self._add(_alternative(token) if token.type == "image" else token.content, code)
            case "softbreak" | "hardbreak":
                self.lines.append(TextLine(self.lines[-1].offset + 1))
            case "html_inline":
                self._html(token.content)

    def _add(self, text: str, code: bool = False) -> None:
        if self._hidden:
            self._skipped = True
            return
        if self._raised:
            text = raised(text)
        # Hidden content leaves two spaces; keep one.
        if self._skipped and self.lines[-1].text[-1:].isspace():
            text = text.removeprefix(" ")
        self._skipped = False
        code = code or self._code > 0
        span = Span(text=text, href=self._href, code=code, bold=self._bold > 0)
        self.lines[-1].spans.append(span)

    def _html(self, html: str) -> None:
        tag = _TAG.match(html)
        if tag is None:
            return
        name, step = tag[2].lower(), -1 if tag[1] else 1
        if name == "br":
            self.lines[-1].spans.append(Span(text=" "))
        elif name == "img" and (alternative := _ALTERNATIVE.search(html)):
            self._add(unescape(alternative[1] or alternative[2] or ""))
        elif name == "a":
            link = _HREF.search(html) if step > 0 else None
            href = unescape(link[1] or link[2] or "").strip() if link else ""
            self._href = href if href and validateLink(href) else None
        elif name not in self._closed:
            if not tag[3] and is_placeholder(tag[2]):
                self._add(html)
        elif name in ("b", "strong"):
            self._bold = max(0, self._bold + step)
        elif name in ("code", "samp", "tt"):
            self._code = max(0, self._code + step)
        elif name == "sup":
            self._raised = max(0, self._raised + step)
        elif name in HIDDEN_TAGS:
            self._hidden = max(0, self._hidden + step)


def raised(text: str) -> str:
    """Return superscript text: "10" to the power of "6" must not read 106."""
    return text.translate(_RAISED) if text.strip("+-").isdecimal() else text


def _alternative(image: Token) -> str:
    return "".join(child.content for child in image.children or ())


def anchors(inline: Token) -> list[str]:
    """Return a heading's names: its `<a name>` anchors, and those in braces after it."""
    html = (t.content for t in inline.children or () if t.type == "html_inline")
    named = [match[1] for content in html if (match := _ANCHOR.match(content))]
    return [*named, *inline.meta.get("anchors", ())]


def joined(lines: Sequence[TextLine]) -> tuple[Span, ...]:
    """Join the spans of several lines into one line.

    Lines are joined by a space, but not between two characters of scripts without spaces.
    """
    spans: list[Span] = []
    for line in lines:
        if spans and line.spans:
            glue = glue_between(spans[-1].text[-1:], line.text[:1])
            last, next_ = spans[-1], line.spans[0]
            # A link or bold text that continues is a single span.
            href = last.href if last.href == next_.href else None
            code, bold = last.code and next_.code, last.bold and next_.bold
            spans.append(Span(text=glue, href=href, code=code, bold=bold))
        spans.extend(line.spans)
    return tidy(spans)


def tidy(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans with equal neighbours merged, and without empty ones and outer space."""
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
    """Return what joins two lines, given the adjacent characters: a space or nothing."""
    closing = bool(after) and unicodedata.category(after) in ("Pe", "Pf") or after in _POINTS
    return "" if closing or (unspaced(before) and unspaced(after)) else " "


def unspaced(character: str) -> bool:
    """Whether a character belongs to a script without spaces between words."""
    # Chinese, Japanese, and full-width punctuation.
    return bool(character) and unicodedata.east_asian_width(character) in "WF"
