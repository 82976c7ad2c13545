"""MyST directives, which look like code fences: ```` ```{warning} ````."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock

from ingest.parse.dialects.containers import (
    BoxKind,
    after_options,
    is_fence,
    line_text,
    opening,
    push_container,
)
from ingest.parse.dialects.left_out import leave_out

_OPENS = re.compile(r"(?P<marks>`{3,}|~{3,})[ \t]*\{(?P<name>[\w:-]+)\}[ \t]*(?P<title>.*)$")
_LEFT_OUT = frozenset(
    "toctree contents image figure include literalinclude tableofcontents index raw".split()
)
_WRAPPERS = frozenset("grid div container card tab-set grid-item grid-item-card margin".split())


def _directive(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Parse a directive with Markdown content; one with code stays code."""
    if not (opens := _OPENS.match(line_text(state, first))):
        return False
    name = opens["name"].lower()
    box = opening(name, opens["title"])
    if box.kind is BoxKind.PLAIN and name not in _LEFT_OUT | _WRAPPERS:
        return False
    if silent:
        return True
    fence, last = opens["marks"], first + 1
    while last < end and is_fence(line_text(state, last), fence):
        if state.sCount[last] < state.blkIndent and not state.isEmpty(last):
            break
        last += 1
    closed = last < end and is_fence(line_text(state, last), fence) is None
    after = last + closed
    if name in _LEFT_OUT:
        leave_out(state, first, after, "the directive", line_text(state, first))
        state.line = after
        return True
    body = after_options(state, first + 1, last)
    push_container(state, box, first, (body, last), after)
    return True


RULES = (("`~", _directive),)
