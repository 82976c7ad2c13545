"""Lines that are not text: table-of-contents markers, abbreviations, includes, comments."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock

from ingest.parse.dialects.containers import line_text
from ingest.parse.dialects.left_out import leave_out

_CONTENTS = re.compile(
    r"(?:\[\[_?toc_?\]\]|\[_?toc_?\]|@\[toc\](?:\(.*\))?|\$\{toc\}|\{\{[<%]?\s*toc\s*[>%]?\}\})"
    r"[ \t]*$",
    re.IGNORECASE,
)
# "* contents" followed by "{:toc}" is a table-of-contents marker as well.
_ITEM = re.compile(r"[-*+][ \t]+\S")
_ITEM_IS_CONTENTS = re.compile(r"\{:[^}]*\btoc\b[^}]*\}[ \t]*$")
_TARGET = re.compile(r"\([\w:.-]+\)=[ \t]*$")
_LEFT_OUT = re.compile(
    r"\*\[[^\]]+\]:\s|-+8<-+\s+\S|<<<\s+@?[\w./]|@include\s*\(|!!!\s*include\b"
    r"|::[a-z][\w-]*(?:\[.*\])?\{.*\}\s*$"
)


def _no_text(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    text = line_text(state, first)
    if text[1:2] in (" ", "\t"):
        last, written = _contents_item(state, text, first, end), ""
    elif _CONTENTS.match(text) or _TARGET.match(text):
        last, written = first, ""
    elif _LEFT_OUT.match(text):
        last, written = first, text
    elif text.strip() == "%%":
        below = (n for n in range(first + 1, end) if line_text(state, n).strip() == "%%")
        last = next(below, first)
        written = "\n".join(line_text(state, n) for n in range(first, last + 1))
    else:
        return False
    if last < first or silent:
        return last >= first
    if written:
        leave_out(state, first, last + 1, "", written)
    state.line = last + 1
    return True


def _contents_item(state: StateBlock, text: str, first: int, end: int) -> int:
    """Return the last line of an item that is a table-of-contents marker, or -1."""
    if first + 1 >= end or not line_text(state, first + 1).startswith("{"):
        return -1
    below = _ITEM_IS_CONTENTS.match(line_text(state, first + 1))
    return first + 1 if below and _ITEM.match(text) else -1


def _formula(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Parse a formula between `$$` lines."""
    text = line_text(state, first)
    if not text.startswith("$$") or text.strip() != "$$" and text.rstrip().endswith("$$"):
        return False
    last = first + 1
    while last < end and not line_text(state, last).rstrip().endswith("$$"):
        if state.isEmpty(last) and not line_text(state, first).strip() == "$$":
            return False
        last += 1
    if last >= end:
        return False
    if silent:
        return True
    lines = [line_text(state, n).strip().strip("$").strip() for n in range(first, last + 1)]
    token = state.push("formula", "", 0)
    token.content = " ".join(filter(None, lines))
    token.map = [first, last + 1]
    state.line = last + 1
    return True


RULES = (("$", _formula), ("[@${(*-+<!%:", _no_text))
