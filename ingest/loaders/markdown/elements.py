"""Finds the block-level tags in a Markdown text, and where each ends."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from ingest.parse.dialects.containers import line_text
from ingest.parse.dialects.html_tags import BLOCK_TAGS, INLINE_TAGS, is_placeholder
from ingest.parse.dialects.tags import Syntax, Tag, closing_tags, read_tag
from ingest.parse.markdown import new_parser

_COMMENT = re.compile(r"\{/\*.*?\*/\}|\{\{-?\s*/\*.*?\*/\s*-?\}\}|\{#(?!\w).*?#\}", re.DOTALL)
_IMPORT = re.compile(
    r"import\s+(?:[\w*$]+(?:\s+as\s+\w+)?\s*,?\s*)?(?:\{[^}]*\}\s*)?(?:from\s+)?"
    r"(['\"])[^'\"\n]+\1;?[ \t]*$"
    r"|export\s+(?:default\b|(?:const|let|var|function|async|class)\s+\w|\*\s+from\b|\{)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Element:
    """A tag that begins a line, and the lines it spans.

    `texts` are these lines without their list or quote markers: `prefix` precedes the first,
    `inner_prefix` the others. `tag` is None for what is not text at all.
    """

    first: int
    end: int
    texts: tuple[str, ...]
    prefix: str
    tag: Tag | None

    @property
    def inner_prefix(self) -> str:
        """The markers before the lines after the first."""
        return re.sub(r"[^>\s]", " ", self.prefix)


def elements_of(text: str) -> list[Element]:
    """Return a text's elements in order; nested ones are not searched for."""
    found: list[Element] = []
    env = {"elements": found, "closing": closing_tags(text), "starts": _line_starts(text)}
    md = _parser()
    md.block.parse(text, md, env, [])
    return found


@cache
def _parser() -> MarkdownIt:
    md = new_parser(dialects=True)
    md.block.ruler.before(
        "fence", "element", _element, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    return md


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _element(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    text = line_text(state, first)
    if not text.startswith(("<", "{", "import", "export")):
        return False
    at = state.bMarks[first] + state.tShift[first]
    tag = read_tag(state.src, at)
    if tag is None:
        whole = None if silent else _no_text(state, at, first)
        if whole is None:
            return False
        last = whole
    else:
        if tag.name in INLINE_TAGS or silent and not _interrupts(tag, text):
            return False
        closing = state.env["closing"].get(tag.start)
        last = _line_of(state, (closing or tag).end)
        if closing and not _is_within(state, first, last, end):
            last = _line_of(state, tag.end)
        if not _is_block(state, tag, first, last):
            return False
        if silent:
            return True
    if not _is_within(state, first, last, end):
        return False
    _found(state, first, last + 1, tag)
    return True


def _interrupts(tag: Tag, text: str) -> bool:
    alone = text[: tag.end - tag.start].strip() == text.strip()
    if tag.syntax is Syntax.HTML and tag.name.lower() in BLOCK_TAGS:
        return True
    return alone and (tag.syntax is not Syntax.HTML or tag.name[0].isupper())


def _is_block(state: StateBlock, tag: Tag, first: int, last: int) -> bool:
    """Whether a tag at the start of a line is a block rather than part of a sentence."""
    name = tag.name.lower()
    if tag.syntax is Syntax.HTML and name in BLOCK_TAGS:
        return True
    closing = state.env["closing"].get(tag.start)
    bare = not (closing or tag.closes or tag.empty or tag.attributes)
    if tag.syntax is Syntax.HTML and bare and is_placeholder(tag.name):
        return False
    if not state.src[(closing or tag).end : state.eMarks[last]].strip():
        return True
    line_end = state.eMarks[_line_of(state, tag.end)]
    return last > first and not state.src[tag.end : line_end].strip()


def _no_text(state: StateBlock, at: int, first: int) -> int | None:
    """Return the last line of what is not text: a comment, or an MDX import or export."""
    if comment := _COMMENT.match(state.src, at):
        last = _line_of(state, comment.end())
        return None if state.src[comment.end() : state.eMarks[last]].strip() else last
    if state.level == 0 and _IMPORT.match(state.src, at):
        last = first
        while last + 1 < state.lineMax and not state.isEmpty(last + 1):
            last += 1
        return last
    return None


def _line_of(state: StateBlock, offset: int) -> int:
    return bisect_right(state.env["starts"], offset - 1) - 1


def _is_within(state: StateBlock, first: int, last: int, end: int) -> bool:
    """Whether the lines are in the same list item or quote as the first."""
    return last < end and all(
        state.isEmpty(line) or state.sCount[line] >= state.blkIndent
        for line in range(first + 1, last + 1)
    )


def _found(state: StateBlock, first: int, end: int, tag: Tag | None) -> None:
    texts = tuple(state.getLines(n, n + 1, state.blkIndent, False) for n in range(first, end))
    start = state.env["starts"][first]
    prefix = state.src[start : state.bMarks[first] + state.tShift[first]]
    texts = (texts[0].lstrip(), *texts[1:])
    state.env["elements"].append(Element(first, end, texts, prefix, tag))
    state.line = end
