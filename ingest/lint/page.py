"""A guide with what its sections leave out: every heading, anchor and link, with lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from ingest.document import Document
from ingest.parse.inline import joined, text_lines
from ingest.parse.markdown import tokens_of
from ingest.parse.outline import parse_with_remarks
from ingest.parse.slug import slug
from ingest.reading import document_of
from ingest.remark import Remark
from ingest.source import SourceFile
from kb.model import Block, Guide

_NAME = re.compile(r"""<\w+\s[^>]*?\b(?:name|id)\s*=\s*["']?([^"'>\s]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """A heading: its text, its level as written, and its line."""

    text: str
    level: int
    line: int


@dataclass(frozen=True)
class Link:
    """A link as written in the guide."""

    href: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """A guide and the document it was parsed from; `anchors` are valid link targets.

    `see_also_lines` are the lines of the guide's further reading, 1 for those that are unknown.
    `remarks` are about what was parsed differently from how it appears in the source.
    """

    document: Document
    guide: Guide
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    anchors: frozenset[str]
    see_also_lines: tuple[int, ...]
    remarks: tuple[Remark, ...]

    @property
    def source(self) -> str:
        """The file, as it was given."""
        return self.guide.info.source


def page_of(file: SourceFile) -> Page:
    """Return the page in a file; raises SourceError as `load` and `parse` do."""
    document = document_of(file)
    parsed = parse_with_remarks(document)
    tokens = tokens_of(document)
    headings = tuple(_headings(tokens, document))
    return Page(
        document=document,
        guide=parsed.guide,
        remarks=parsed.remarks,
        headings=headings,
        links=tuple(_links(tokens, document)),
        anchors=frozenset(_anchors(tokens, headings)),
        see_also_lines=tuple(_see_also_lines(file.data, parsed.guide)),
    )


def all_blocks(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Yield blocks and their children, in order."""
    for block in blocks:
        yield block
        yield from all_blocks(block.children)


def _see_also_lines(data: bytes, guide: Guide) -> Iterator[int]:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines = []
    for entry in guide.info.see_also:
        yield next((n for n, line in enumerate(lines, 1) if entry.text in line), 1)


def _headings(tokens: list[Token], document: Document) -> Iterator[Heading]:
    for opening, inline in zip(tokens, tokens[1:], strict=False):
        if opening.type == "heading_open":
            text = "".join(span.text for span in joined(text_lines(inline)))
            line = document.source_line((opening.map or [0, 0])[0])
            yield Heading(text, int(opening.tag[1]), line)


def _links(tokens: list[Token], document: Document) -> Iterator[Link]:
    for token in tokens:
        if token.type != "inline":
            continue
        first = (token.map or [0, 0])[0]
        for line in text_lines(token):
            for href in dict.fromkeys(span.href for span in line.spans if span.href):
                text = "".join(span.text for span in line.spans if span.href == href)
                yield Link(href, text, document.source_line(first + line.offset))


def _anchors(tokens: list[Token], headings: tuple[Heading, ...]) -> Iterator[str]:
    for token in tokens:
        for each in (token, *(token.children or ())):
            if each.type in ("html_inline", "html_block"):
                yield from _NAME.findall(each.content)
    seen: dict[str, int] = {}
    for heading in headings:
        name = slug(heading.text)
        seen[name] = seen.get(name, 0) + 1
        # Site generators number the second heading of a name with 1 or with 2.
        yield from (name, f"{name}-{seen[name]}", f"{name}-{seen[name] - 1}")
