"""MkDocs boxes, whose text is indented under their first line.

`!!! note "Title"`, `??? question "Title"`, and tabs: `=== "Windows"`.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock

from ingest.parse.dialects.containers import (
    BoxKind,
    Opening,
    folded_opening,
    line_text,
    note,
    push_container,
)

_BOX = re.compile(
    r"(?P<marks>!!!|\?\?\?\+?)[ \t]+(?P<names>[A-Za-z][\w-]*(?:[ \t]+[A-Za-z][\w-]*)*)"
    r"""(?:[ \t]+(?:"(?P<title>.*)"|'(?P<quoted>[^']*)'))?[ \t]*$"""
)
_TITLE_ONLY = re.compile(r"""(?P<marks>!!!|\?\?\?\+?)[ \t]+"(?P<title>.+)"[ \t]*$""")
_TAB = re.compile(r"""===[+!]?[ \t]+(?:"(?P<title>[^"]+)"|'(?P<quoted>[^']+)')[ \t]*$""")
# Columns, as in Python-Markdown's admonition extension.
_INDENT = 4


def _admonition(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    text = line_text(state, first)
    if not text.startswith(("!!!", "???", "===")) or not (box := _opening(text)):
        return False
    if silent:
        return True
    last = _end_of_body(state, first, end)
    if last == first + 1 and box.kind is BoxKind.NOTE and box.title:
        # A title without a body is the note's text.
        state.line = last
        push_container(state, Opening(BoxKind.PLAIN, box.title), first, (last, last), last)
        return True
    push_container(state, box, first, (first + 1, last), last)
    return True


def _opening(text: str) -> Opening | None:
    if tab := _TAB.match(text):
        return Opening(BoxKind.TAB, tab["title"] or tab["quoted"])
    if bare := _TITLE_ONLY.match(text):
        return note("note", bare["title"])
    if not (box := _BOX.match(text)):
        return None
    name = box["names"].split()[0]
    title = box["title"] or box["quoted"] or ""
    return folded_opening(name, title) if box["marks"].startswith("?") else note(name, title)


def _end_of_body(state: StateBlock, first: int, end: int) -> int:
    base = state.sCount[first]
    last, indent = first + 1, 0
    for line in range(first + 1, end):
        if state.isEmpty(line):
            continue
        deeper = state.sCount[line] - base
        # The text may be indented by less than four columns; what follows, by less than the text.
        indent = indent or min(_INDENT, deeper)
        if deeper < max(2, indent):
            break
        last = line + 1
    return last


RULES = (("!?=", _admonition),)
