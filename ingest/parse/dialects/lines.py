"""Lines that are no text: a place for the contents, abbreviations, what is included, comments."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from ingest.parse.dialects.containers import line_text
from ingest.parse.dialects.left_out import leave_out

_CONTENTS = re.compile(
    r"(?:\[\[_?toc_?\]\]|\[_?toc_?\]|@\[toc\](?:\(.*\))?|\$\{toc\}|\{\{[<%]?\s*toc\s*[>%]?\}\})"
    r"[ \t]*$",
    re.IGNORECASE,
)
# "* contents", and below it "{:toc}", is a place for the contents, too.
_ITEM = re.compile(r"(?:[-*+]|\d+\.)[ \t]+\S")
_ITEM_IS_CONTENTS = re.compile(r"\{:[^}]*\btoc\b[^}]*\}[ \t]*$")
_TARGET = re.compile(r"\([\w:.-]+\)=[ \t]*$")
_LEFT_OUT = re.compile(
    r"\*\[[^\]]+\]:\s|-+8<-+\s+\S|<<<\s+@?[\w./]|@include\s*\(|!!!\s*include\b"
    r"|::[a-z][\w-]*(?:\[.*\])?\{.*\}\s*$"
)
_STARTS = ("[", "@", "$", "{", "(", "*", "-", "+", "<", "!", "%", ":")


def lines_plugin(md: MarkdownIt) -> None:
    """Leave out lines that are no text."""
    options: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
    md.block.ruler.before("fence", "no_text", _no_text, options)
    md.block.ruler.before("fence", "formula", _formula, options)


def _no_text(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    text = line_text(state, first)
    if not text.startswith(_STARTS) or state.is_code_block(first):
        return False
    if _CONTENTS.match(text) or _TARGET.match(text):
        last, written = first, ""
    elif (
        _ITEM.match(text)
        and first + 1 < end
        and _ITEM_IS_CONTENTS.match(line_text(state, first + 1))
    ):
        last, written = first + 1, ""
    elif _LEFT_OUT.match(text):
        last, written = first, text
    elif text.strip() == "%%":
        below = (n for n in range(first + 1, end) if line_text(state, n).strip() == "%%")
        last = next(below, first)
        written = "\n".join(line_text(state, n) for n in range(first, last + 1))
    else:
        return False
    if silent:
        return True
    if written:
        leave_out(state, first, last + 1, "", written)
    state.line = last + 1
    return True


def _formula(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Read a formula between lines of `$$`."""
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
