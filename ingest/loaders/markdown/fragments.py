"""Converts the HTML in a Markdown file to Markdown."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment
from markdown_it import MarkdownIt

from ingest.loaders.html.web_page import shift_code
from ingest.loaders.html_to_markdown import to_markdown

_NEVER_SHOWN = "script, style, template, iframe, svg, canvas, video, audio, rt, rp, del, s, strike"
_MARKDOWN = re.compile(r"\n[ \t]*\n[ \t]*(?![<\s])")
_INDENTED_TAG = re.compile(r"^[ \t]+(?=<)", re.MULTILINE)


def markdown_of(html: str) -> tuple[list[str], list[int]]:
    """Convert HTML; return the Markdown lines, and the line (from 0) in the HTML of each."""
    mixed = _MARKDOWN.search(html) and not html.startswith("<pre")
    read = _rendered(html) if mixed else html
    page = BeautifulSoup(read, "html5lib")
    body = page.body or page
    for comment in body.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in body.select(_NEVER_SHOWN):
        tag.decompose()
    shift_code(body, read)
    try:
        markdown, lines = to_markdown(body, _line)
    except RecursionError:
        # Nested deeper than anybody reads: only its text is kept.
        words = [line.strip() for line in body.get_text("\n").split("\n") if line.strip()]
        return words, [0 for _ in words]
    texts = markdown.rstrip("\n").split("\n")
    last = html.rstrip().count("\n")
    if mixed:
        # The places are lost: spread the lines between its first and its last.
        return texts, [n * last // max(1, len(texts) - 1) for n in range(len(texts))]
    return texts, [min(max(0, line - 1), last) for line in lines]


def _rendered(html: str) -> str:
    """Return HTML with the Markdown after blank lines in it rendered as HTML."""
    return str(MarkdownIt("commonmark").enable("table").render(_INDENTED_TAG.sub("", html)))


def _line(tag: Tag) -> int | None:
    return tag.sourceline
