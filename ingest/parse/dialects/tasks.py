"""Checkboxes of task lists, which are not text, even if a guide defines a link named "x"."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_BOX = re.compile(r"\[[ xX]\]\s+")


def tasks_plugin(md: MarkdownIt) -> None:
    """Remove the checkboxes."""
    md.core.ruler.after("block", "tasks", _tasks)


def _tasks(state: StateCore) -> None:
    tokens = state.tokens
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if item.type == "list_item_open" and paragraph.type == "paragraph_open":
            if box := _BOX.match(inline.content):
                inline.content = inline.content[box.end() :]
