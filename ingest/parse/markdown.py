"""The Markdown parser: CommonMark with tables, and extensions of documentation tools."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from ingest.document import Document
from ingest.parse.dialects import admonitions, attributes, colons, directives, lines
from ingest.parse.dialects.alerts import alerts_plugin
from ingest.parse.dialects.attributes import attributes_plugin
from ingest.parse.dialects.emphasis import emphasis_plugin
from ingest.parse.dialects.footnotes import footnotes_plugin
from ingest.parse.dialects.html import html_plugin
from ingest.parse.dialects.loose import loose_plugin
from ingest.parse.dialects.marks import marks_plugin
from ingest.parse.dialects.nesting import nesting_plugin
from ingest.parse.dialects.starts import add_rules
from ingest.parse.dialects.tasks import tasks_plugin
from ingest.parse.dialects.templates import templates_plugin
from ingest.parse.matter.find import find_matter


@cache
def parser(*, dialects: bool) -> MarkdownIt:
    """Return the Markdown parser, with other tools' extensions if `dialects` is set."""
    return new_parser(dialects=dialects)


def new_parser(*, dialects: bool) -> MarkdownIt:
    """Return a new parser, for callers that add rules."""
    # The parser drops whatever is nested deeper, and everything after it. The "commonmark" preset
    # has 20; 100 is what the parser's "default" preset has.
    md = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    for plugin in (alerts_plugin, emphasis_plugin, nesting_plugin, tasks_plugin):
        md.use(plugin)
    if dialects:
        modules = (colons, admonitions, directives, attributes, lines)
        add_rules(md, [rule for module in modules for rule in module.RULES])
        for plugin in _DIALECTS:
            md.use(plugin)
    return md


_DIALECTS = (
    attributes_plugin,
    deflist_plugin,
    footnotes_plugin,
    html_plugin,
    loose_plugin,
    marks_plugin,
    templates_plugin,
)


def tokens_of(document: Document) -> list[Token]:
    """Return the tokens of a document's Markdown, without its front matter."""
    markdown = document.markdown
    if matter := find_matter(markdown, foreign=document.dialects):
        below = markdown.split("\n")[matter.lines :]
        # Blank lines keep the line numbers below.
        markdown = "\n".join(["" for _ in range(matter.lines)] + below)
    return parser(dialects=document.dialects).parse(markdown)
