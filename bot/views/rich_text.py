"""A guide's text as Slack rich text elements.

Rich text is structure: Slack shows its text literally, and parses no markup, mention or link
in it. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
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

from bot.limits import LIST_INDENT, TEXT_CHARS, URL_CHARS
from bot.views.tables import aligned
from kb.model import Block, BlockKind, Span, Step
from kb.text.counted import Amount
from kb.text.language import with_colon

MAX_TEXT_CHARS = TEXT_CHARS - 500
"""How many characters one element holds, with room for a label, the [n] and escaping."""

# Keeps a label and the [n] with the words that they belong to.
_MAX_MARKS_CHARS = 200
_MAX_LINE_CHARS = 200

# Small enough to split messages between blocks.
_MAX_BLOCK_CHARS = 4000

# Their words are in the blocks under them.
_WITHOUT_WORDS = (BlockKind.CODE, BlockKind.TABLE, BlockKind.LINKS)

Inline = RichTextElementParts


def step_elements(number: int, step: Step) -> list[RichTextElement]:
    """Return a step with its [n] and the blocks nested in it.

    `number` is used if the guide does not number the step itself.
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
    """Return only a step's [n], to go below a block without text."""
    return _paragraphs(_marked(step))


def note_elements(step: Step) -> list[RichTextElement]:
    """Return an explanatory note as a list item, with its [n] and nested blocks."""
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
    """Return the space between a text and its [n] that keeps the [n] on the same line."""
    wide = unicodedata.east_asian_width(text[-1:] or " ") in "WF"
    return "" if wide else "\N{NO-BREAK SPACE}"


def paragraph(spans: Iterable[Span]) -> list[RichTextElement]:
    """Return spans as a paragraph, or several if they are very long."""
    return _paragraphs(_spans(spans))


def text_block(text: str) -> RichTextBlock:
    """Return a text as a block of its own."""
    return RichTextBlock(elements=paragraph([Span(text=text)]))


def rich_text_blocks(elements: Iterable[RichTextElement]) -> Iterator[RichTextBlock]:
    """Yield elements as blocks, each small enough to split a message after it."""
    group: list[RichTextElement] = []
    used = 0
    for element in elements:
        if isinstance(element, RichTextSectionElement) and not element.elements:
            continue
        length = len(str(element.to_dict()))
        if group and used + length > _MAX_BLOCK_CHARS:
            yield RichTextBlock(elements=group)
            group, used = [], 0
        group.append(element)
        used += length
    if group:
        yield RichTextBlock(elements=group)


def bullet(spans: Iterable[Span]) -> list[RichTextElement]:
    """Return spans as a list item."""
    return _items(_spans(spans), None, 0)


def titled_list(title: str, lines: Sequence[str], most: int, more: str) -> RichTextBlock:
    """Return a bold title and at most `most` lines; `more` takes the `{count}` of the rest."""
    elements = paragraph([Span(text=title, bold=True)])
    for line in lines[:most]:
        elements += bullet([Span(text=shortened(line, _MAX_LINE_CHARS))])
    if len(lines) > most:
        elements += paragraph([Span(text=more.format(count=Amount(len(lines) - most)))])
    return RichTextBlock(elements=elements)


def moment(label: str, iso: str) -> RichTextBlock:
    """Return a label and a time (ISO 8601), which Slack shows in the reader's time zone."""
    when = datetime.fromisoformat(iso).astimezone(UTC)
    date = Inline.Date(
        timestamp=int(when.timestamp()),
        format="{date_num} {time}",
        fallback=when.strftime("%Y-%m-%d %H:%M UTC"),
    )
    section = RichTextSectionElement(elements=[Inline.Text(text=label), date])
    return RichTextBlock(elements=[section])


def block_elements(blocks: Iterable[Block]) -> list[RichTextElement]:
    """Return a guide's blocks unchanged and in order."""
    return list(_children(blocks, 0))


def _items(
    words: Iterable[RichTextElement], number: int | None, indent: int
) -> list[RichTextElement]:
    """Return a list item; text that does not fit follows as paragraphs."""
    first, *rest = _runs(words) or [[]]
    item = RichTextListElement(
        elements=[RichTextSectionElement(elements=first)],
        style="bullet" if number is None else "ordered",
        indent=min(indent, LIST_INDENT),
        offset=number - 1 if number is not None and number > 1 else None,
    )
    return [item, *(RichTextSectionElement(elements=run) for run in rest)]


def _paragraphs(words: Iterable[RichTextElement]) -> list[RichTextElement]:
    return [RichTextSectionElement(elements=run) for run in _runs(words)]


def _runs(words: Iterable[RichTextElement]) -> list[list[RichTextElement]]:
    """Group inline elements so that each group fits into one element."""
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
    """Whether a link leads to the web, in a form that Slack accepts."""
    if not href or len(href) > URL_CHARS or re.search(r"[\s\x00-\x1f\x7f]", href):
        return False
    try:
        parts = urlsplit(href)
        # urlsplit validates the port only on access.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def shortened(text: str, longest: int) -> str:
    """Truncate a text to `longest` characters, the last one an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def pieces(text: str) -> Iterator[str]:
    """Split a text into pieces that fit into an element, at line breaks where possible."""
    rest = text
    while len(rest) > MAX_TEXT_CHARS:
        cut = rest.rfind("\n", 1, MAX_TEXT_CHARS) + 1 or MAX_TEXT_CHARS
        yield rest[:cut]
        rest = rest[cut:]
    if rest:
        yield rest
