"""The one parser of Markdown: CommonMark with tables, and what documentation tools add to it."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from ingest.document import Document
from ingest.parse.dialects.admonitions import admonitions_plugin
from ingest.parse.dialects.alerts import alerts_plugin
from ingest.parse.dialects.colons import colons_plugin
from ingest.parse.dialects.directives import directives_plugin


@cache
def parser(*, dialects: bool) -> MarkdownIt:
    """Return the parser of Markdown, with the marks of other tools if `dialects` is set."""
    # The parser drops whatever is nested deeper, and all that follows it.
    md = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").use(front_matter_plugin)
    md.use(alerts_plugin)
    if dialects:
        md.use(colons_plugin).use(admonitions_plugin).use(directives_plugin)
    return md


def tokens_of(document: Document) -> list[Token]:
    """Return the tokens of a document's Markdown."""
    return parser(dialects=document.dialects).parse(document.markdown)
