"""The guide's words as elements of Slack's rich text.

Rich text is structure: Slack shows its words as they are, and finds no markup, mention or
link in them. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import (
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from kb.model import Block, BlockKind, Span, Step

LONGEST_TEXT = 2500
"""How many characters one element holds; Slack refuses texts above 3,000."""

_DEEPEST = 8
_LONGEST_URL = 3000

Parts = RichTextElementParts


def step_elements(number: int | None, step: Step) -> list[RichTextElement]:
    """Return a step, or a note where it has no number, with its [n] and what belongs to it."""
    marks = "".join(f" [{citation}]" for citation in step.citations)
    words = [*_label(step.label), *_spans(step.spans), Parts.Text(text=marks)]
    first = _item(words, number, 0)
    return [first, *_children(step.children, 1)]


def paragraph(spans: Iterable[Span]) -> RichTextSectionElement:
    """Return spans as a paragraph."""
    return RichTextSectionElement(elements=list(_spans(spans)))


def bullet(spans: Iterable[Span]) -> RichTextListElement:
    """Return spans as an item of a list."""
    return _item(list(_spans(spans)), None, 0)


def size(element: RichTextElement) -> int:
    """Return how many characters of text an element holds, its links' addresses included."""
    values = element.to_dict()
    return _size(values)


def _size(values: object) -> int:
    if isinstance(values, dict):
        own = len(values.get("text") or "") + len(values.get("url") or "")
        return own + _size(values.get("elements"))
    return sum(_size(value) for value in values) if isinstance(values, list) else 0


def _item(words: Sequence[RichTextElement], number: int | None, indent: int) -> RichTextListElement:
    return RichTextListElement(
        elements=[RichTextSectionElement(elements=list(words))],
        style="bullet" if number is None else "ordered",
        indent=min(indent, _DEEPEST),
        offset=number - 1 if number is not None and number > 1 else None,
    )


def _children(blocks: Iterable[Block], indent: int) -> Iterator[RichTextElement]:
    for block in blocks:
        match block.kind:
            case BlockKind.CODE | BlockKind.TABLE:
                for piece in pieces(block.text):
                    yield RichTextPreformattedElement(elements=[Parts.Text(text=piece)])
            case BlockKind.NOTE:
                yield RichTextQuoteElement(elements=[*_label(block.label), *_spans(block.spans)])
            case BlockKind.STEP | BlockKind.BULLET:
                yield _item([*_spans(block.spans)], block.number, indent)
            case _ if block.spans:
                yield RichTextSectionElement(elements=list(_spans(block.spans)))
        yield from _children(block.children, indent + 1)


def _label(label: str | None) -> Iterator[RichTextElement]:
    if label:
        yield Parts.Text(text=f"{label}: ", style=Parts.TextStyle(bold=True))


def _spans(spans: Iterable[Span]) -> Iterator[RichTextElement]:
    for span in spans:
        style = (
            Parts.TextStyle(bold=span.bold or None, code=span.code or None)
            if span.bold or span.code
            else None
        )
        if is_web_link(span.href):
            yield Parts.Link(url=str(span.href), text=span.text[:LONGEST_TEXT], style=style)
            continue
        for piece in pieces(span.text):
            yield Parts.Text(text=piece, style=style)


def is_web_link(href: str | None) -> bool:
    """Whether a link leads to the web, so that it works from Slack."""
    return (
        bool(href)
        and str(href).startswith(("https://", "http://"))
        and len(str(href)) <= _LONGEST_URL
    )


def pieces(text: str) -> Iterator[str]:
    """Cut a text into pieces that an element can hold, at line ends where there are any."""
    rest = text
    while len(rest) > LONGEST_TEXT:
        cut = rest.rfind("\n", 1, LONGEST_TEXT) + 1 or LONGEST_TEXT
        yield rest[:cut]
        rest = rest[cut:]
    if rest:
        yield rest
