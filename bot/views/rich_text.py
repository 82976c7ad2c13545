"""The guide's words as elements of Slack's rich text.

Rich text is structure: Slack shows its words as they are, and finds no markup, mention or
link in them. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from slack_sdk.models.blocks import (
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.views.tables import aligned
from kb.model import Block, BlockKind, Span, Step
from kb.text.language import with_colon

MAX_TEXT_CHARS = 2500
"""How many characters one element holds; Slack refuses texts above 3,000."""

# So that a label and the [n] stand with the words that they belong to.
_MAX_MARKS_CHARS = 200
_MAX_LINE_CHARS = 200

_DEEPEST = 8
# What these say stands in the blocks under them.
_WITHOUT_WORDS = (BlockKind.CODE, BlockKind.TABLE, BlockKind.LINKS)
_MAX_URL_CHARS = 3000

Inline = RichTextElementParts


def step_elements(number: int, step: Step) -> list[RichTextElement]:
    """Return a step with its [n] and what belongs to it.

    `number` is what it is called if the guide numbers it, or would.
    """
    inner = [*_original(step), *_children(step.children, 0 if step.kind in _WITHOUT_WORDS else 1)]
    words = _marked(step)
    if step.kind is BlockKind.STEP:
        return [*_items(words, step.number or number, 0), *inner]
    if step.kind is BlockKind.BULLET:
        return [*_items(words, None, 0), *inner]
    if step.kind in _WITHOUT_WORDS:
        return [*inner, *_paragraphs(words)]
    return [*_paragraphs(words), *inner]


def marks_elements(step: Step) -> list[RichTextElement]:
    """Return only a step's [n], to stand below what has no words."""
    return _paragraphs(_marked(step))


def note_elements(step: Step) -> list[RichTextElement]:
    """Return what explains, as an item of a list, with its [n] and what belongs to it."""
    if step.kind in _WITHOUT_WORDS:
        return [*_children(step.children, 1)]
    indent = int(step.kind is BlockKind.BULLET)
    inner = _children(step.children, indent + 1)
    return [*_items(_marked(step), None, indent), *_original(step), *inner]


def _marked(step: Step) -> list[RichTextElement]:
    marks = " ".join(f"[{citation}]" for citation in step.citations)
    words = [*_label(step.label), *_spans(step.spans)]
    if marks:
        gap = _gap(step.text) if step.text else ""
        words.append(Inline.Text(text=gap + marks))
    return words


def _original(step: Step) -> list[RichTextElement]:
    runs = _runs(_spans(step.original))
    return [RichTextQuoteElement(elements=run) for run in runs if run]


def _gap(text: str) -> str:
    """Return what stands between words and their [n], so that it is not left alone in a line."""
    wide = unicodedata.east_asian_width(text[-1:] or " ") in "WF"
    return "" if wide else "\N{NO-BREAK SPACE}"


def paragraph(spans: Iterable[Span]) -> list[RichTextElement]:
    """Return spans as a paragraph, or several if it is very long."""
    return _paragraphs(_spans(spans))


def bullet(spans: Iterable[Span]) -> list[RichTextElement]:
    """Return spans as an item of a list."""
    return _items(_spans(spans), None, 0)


def titled_list(title: str, lines: Sequence[str], most: int, more: str) -> RichTextBlock:
    """Return a title in bold, and so many lines at most; `more` has a `{count}` of the others."""
    elements = paragraph([Span(text=title, bold=True)])
    for line in lines[:most]:
        elements += bullet([Span(text=shortened(line, _MAX_LINE_CHARS))])
    if len(lines) > most:
        elements += paragraph([Span(text=more.format(count=len(lines) - most))])
    return RichTextBlock(elements=elements)


def moment(label: str, iso: str) -> RichTextBlock:
    """Return a label and a moment (ISO 8601), which Slack shows in the reader's own time."""
    when = datetime.fromisoformat(iso).astimezone(UTC)
    date = Inline.Date(
        timestamp=int(when.timestamp()),
        format="{date_num} {time}",
        fallback=when.strftime("%Y-%m-%d %H:%M UTC"),
    )
    section = RichTextSectionElement(elements=[Inline.Text(text=label), date])
    return RichTextBlock(elements=[section])


def block_elements(blocks: Iterable[Block]) -> list[RichTextElement]:
    """Return blocks of a guide, in order, as it has them."""
    return list(_children(blocks, 0))


def _items(
    words: Iterable[RichTextElement], number: int | None, indent: int
) -> list[RichTextElement]:
    """Return an item of a list; what does not fit into it follows as paragraphs."""
    first, *rest = _runs(words) or [[]]
    item = RichTextListElement(
        elements=[RichTextSectionElement(elements=first)],
        style="bullet" if number is None else "ordered",
        indent=min(indent, _DEEPEST),
        offset=number - 1 if number is not None and number > 1 else None,
    )
    return [item, *(RichTextSectionElement(elements=run) for run in rest)]


def _paragraphs(words: Iterable[RichTextElement]) -> list[RichTextElement]:
    return [RichTextSectionElement(elements=run) for run in _runs(words)]


def _runs(words: Iterable[RichTextElement]) -> list[list[RichTextElement]]:
    """Group elements so that no group is longer than one element may be."""
    runs: list[list[RichTextElement]] = []
    used = 0
    for element in words:
        length = len(str(element.to_dict().get("text", "")))
        if not runs or (length > 0 and used + length > MAX_TEXT_CHARS + _MAX_MARKS_CHARS):
            runs.append([])
            used = 0
        runs[-1].append(element)
        used += length
    return runs


def _children(blocks: Iterable[Block], indent: int) -> Iterator[RichTextElement]:
    for block in blocks:
        match block.kind:
            case BlockKind.CODE | BlockKind.TABLE:
                for piece in pieces(aligned(block.rows) if block.rows else block.text):
                    yield RichTextPreformattedElement(elements=[Inline.Text(text=piece)])
            case BlockKind.NOTE:
                for run in _runs([*_label(block.label), *_spans(block.spans)]):
                    yield RichTextQuoteElement(elements=run)
            case BlockKind.STEP | BlockKind.BULLET:
                yield from _items(_spans(block.spans), block.number, indent)
            case _:
                yield from _paragraphs(_spans(block.spans))
        yield from _children(block.children, indent + 1)


def _label(label: str | None) -> Iterator[RichTextElement]:
    if label:
        yield Inline.Text(text=with_colon(label), style=Inline.TextStyle(bold=True))


def _spans(spans: Iterable[Span]) -> Iterator[RichTextElement]:
    for span in spans:
        style = (
            Inline.TextStyle(bold=span.bold or None, code=span.code or None)
            if span.bold or span.code
            else None
        )
        if is_web_link(span.href):
            yield Inline.Link(
                url=str(span.href), text=span.text[:MAX_TEXT_CHARS] or None, style=style
            )
            continue
        for piece in pieces(span.text):
            yield Inline.Text(text=piece, style=style)


def is_web_link(href: str | None) -> bool:
    """Whether a link leads to the web, and Slack takes it for an address."""
    if not href or len(href) > _MAX_URL_CHARS or re.search(r"[\s\x00-\x1f\x7f]", href):
        return False
    try:
        parts = urlsplit(href)
        # The port is read only when it is asked for.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def shortened(text: str, longest: int) -> str:
    """Return a text, or its beginning and an ellipsis if it is longer than that."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def pieces(text: str) -> Iterator[str]:
    """Cut a text into pieces that an element can hold, at line ends where there are any."""
    rest = text
    while len(rest) > MAX_TEXT_CHARS:
        cut = rest.rfind("\n", 1, MAX_TEXT_CHARS) + 1 or MAX_TEXT_CHARS
        yield rest[:cut]
        rest = rest[cut:]
    if rest:
        yield rest
