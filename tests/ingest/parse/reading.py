"""Markdown files as guides, and what must not be seen of their marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse_with_remarks
from ingest.parse.parsed import Parsed
from kb.model import Block, BlockKind

_MARKS = re.compile(r"\{\{|\{%|:::|!!!|\?\?\?|\[\^|\{#|\[\[|</|\*\*")


def read_markdown(folder: Path, text: str, name: str = "guide.en.md") -> Parsed:
    """Write a Markdown file and read it as the program does."""
    path = folder / name
    path.write_text(dedent(text).lstrip("\n"), "utf-8")
    return parse_with_remarks(load(read_source(path)))


def marks_shown(parsed: Parsed) -> list[str]:
    """Return the words that people would see marks in."""
    info = parsed.guide.info
    shown = [info.title, *(link.text for link in info.see_also)]
    for section in parsed.guide.sections:
        shown += [section.heading, *section.path, *_texts(section.blocks)]
    return [text for text in shown if _MARKS.search(text)]


def _texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if block.kind is not BlockKind.CODE:
            yield "".join(span.text for span in block.spans if not span.code)
        yield block.label or ""
        yield from (cell for row in block.rows for cell in row)
        yield from _texts(block.children)
