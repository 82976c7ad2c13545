"""Emphasis next to Chinese, Japanese and Korean, which are written without spaces.

CommonMark takes the marks in `**「開く」**を押す` for text, as no space is between the bracket and
the word. This is the proposed amendment: next to a wide character, punctuation does not
prevent a delimiter from opening or closing emphasis
(https://github.com/tats-u/markdown-cjk-friendly).
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize
from markdown_it.rules_inline.state_inline import Delimiter

from ingest.parse.inline import unspaced

_FIRST_WIDE = "\u1100"
_KOREAN = re.compile("[\u1100-\u11ff\uac00-\ud7a3]")


def emphasis_plugin(md: MarkdownIt) -> None:
    """Let emphasis open and close next to characters of scripts without spaces."""
    md.inline.ruler.at("emphasis", _emphasis)


def _emphasis(state: StateInline, silent: bool) -> bool:
    start = state.pos
    first = len(state.delimiters)
    if not tokenize(state, silent):
        return False
    before = state.src[start - 1] if start else " "
    after = state.src[state.pos] if state.pos < state.posMax else " "
    if state.src[start] != "*" or max(before, after) < _FIRST_WIDE:
        return True
    if not (_is_wide(before) or _is_wide(after)):
        return True
    opens = not isWhiteSpace(ord(after)) and (
        not _is_narrow_mark(after)
        or isWhiteSpace(ord(before))
        or _is_narrow_mark(before)
        or _is_wide(before)
    )
    closes = not isWhiteSpace(ord(before)) and (
        not _is_narrow_mark(before)
        or isWhiteSpace(ord(after))
        or _is_narrow_mark(after)
        or _is_wide(after)
    )
    for delimiter in state.delimiters[first:]:
        _allow(delimiter, opens=opens, closes=closes)
    return True


def _allow(delimiter: Delimiter, *, opens: bool, closes: bool) -> None:
    delimiter.open, delimiter.close = opens, closes


def _is_wide(character: str) -> bool:
    return (
        unspaced(character)
        or "\u1100" <= character <= "\u11ff"
        or "\uac00" <= character <= "\ud7a3"
    )


def _is_narrow_mark(character: str) -> bool:
    is_mark = isMdAsciiPunct(ord(character)) or isPunctChar(character)
    return is_mark and not _is_wide(character)
