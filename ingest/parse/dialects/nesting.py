"""Limits the nesting of lists and quotes to a depth that people read."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, blockquote, list_block

from ingest.parse.dialects.containers import DEEPEST, line_text
from ingest.parse.dialects.left_out import LEFT_OUT
from ingest.remark import RemarkKind

_MARKS = re.compile(r"(?:(?:[-*+>]|\d{1,9}[.)])[ \t]+|>)*")


def nesting_plugin(md: MarkdownIt) -> None:
    """Parse what is nested deeper as paragraphs of the deepest list."""
    for name, rule in (("blockquote", blockquote), ("list", list_block)):
        _bound(md, name, rule)


def _bound(md: MarkdownIt, name: str, rule: Callable[[StateBlock, int, int, bool], bool]) -> None:
    def bounded(state: StateBlock, first: int, end: int, silent: bool) -> bool:
        if state.level < DEEPEST:
            return rule(state, first, end, silent)
        if not rule(state, first, end, True):
            return False
        if not silent:
            _flatten(state, first, end)
        return True

    alternatives = ["paragraph", "reference", "blockquote"]
    options: RuleOptionsType = {"alt": alternatives + (["list"] if name == "blockquote" else [])}
    md.block.ruler.at(name, bounded, options)


def _flatten(state: StateBlock, first: int, end: int) -> None:
    line = first
    token = state.push(LEFT_OUT, "", 0)
    token.map, token.hidden = [first, first + 1], True
    token.meta = {"kind": RemarkKind.STRUCTURE}
    token.content = "what is nested deeper than this is read as part of this level"
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        text = _MARKS.sub("", line_text(state, line), count=1).strip()
        if text:
            state.push("paragraph_open", "p", 1).map = [line, line + 1]
            inline = state.push("inline", "", 0)
            inline.content, inline.map, inline.children = text, [line, line + 1], []
            state.push("paragraph_close", "p", -1)
        line += 1
    state.line = line
