"""Inline HTML in Markdown."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_inline import StateInline

from ingest.parse.dialects.containers import line_text
from ingest.parse.dialects.html_tags import BLOCK_TAGS
from ingest.parse.dialects.tags import Syntax, read_tag

_FOREIGN = re.compile(r"[{@#]")
_TAG = re.compile(r"</?([A-Za-z][\w-]*)")


def html_plugin(md: MarkdownIt) -> None:
    """Treat a line of only inline tags as a paragraph, and parse MDX tags."""
    options: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
    md.block.ruler.at("html_block", _html_block, options)
    md.inline.ruler.before("html_inline", "component", _component)


def _html_block(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    tag = _TAG.match(line_text(state, first))
    if tag and tag[1].lower() not in BLOCK_TAGS:
        return False
    return html_block(state, first, end, silent)


def _component(state: StateInline, silent: bool) -> bool:
    """Parse a tag with attributes that HTML does not allow: `on={() => x}`, `@click="x"`."""
    if state.src[state.pos] != "<":
        return False
    if state.src.startswith(("<>", "</>"), state.pos) and (
        state.html_terminator_last("</>") >= state.pos
    ):
        state.pos = state.src.index(">", state.pos) + 1
        return True
    tag = read_tag(state.src, state.pos)
    if not tag or tag.syntax is not Syntax.HTML or tag.end > state.posMax:
        return False
    written = state.src[tag.start : tag.end]
    if not _FOREIGN.search(written):
        return False
    if not silent:
        state.push("html_inline", "", 0).content = written
    state.pos = tag.end
    return True
