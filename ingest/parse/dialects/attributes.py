"""Attribute lists: `{#name .class}` at the end of a heading, `{: .warning }`."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ingest.parse.dialects.containers import is_note, label_of, line_text

_VALUE = r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'{}]*)"
_GIVEN = rf"(?:[#.][\w:./-]+|[\w:-]+={_VALUE})"
_NAMES = rf"\{{(?::[ \t]*|[ \t]*(?=[#.])){_GIVEN}(?:[ \t]+{_GIVEN})*[ \t]*\}}"
_LINE = re.compile(rf"(?:{_NAMES}[ \t]*)+$|\{{:[^{{}}]*\}}[ \t]*$")
_AT_END = re.compile(rf"[ \t]*\\?(?:{_NAMES}|\{{/\*[ \t]*(?P<name>#[\w:.-]+)[ \t]*\*/\}})[ \t]*$")
_INLINE = re.compile(rf"{_NAMES}|\{{:[^{{}}]*\}}")
_BEHIND = re.compile(rf"\{{[ \t]*:?[ \t]*{_GIVEN}(?:[ \t]+{_GIVEN})*[ \t]*\}}")
# A MyST role whose text is not its target.
_REFERENCE = re.compile(r"\{[a-z][\w:.-]*\}`([^`<]+?)\s*<[^`>]+>`")
_ROLE = re.compile(r"\{[a-z][\w:.-]*\}(?=`)")
_ID = re.compile(r"(?<=[\s{:])#([\w:.-]+)|^#([\w:.-]+)$")
_CLASS = re.compile(r"\.([\w-]+)")
_TOKEN = "attributes"


def attributes_plugin(md: MarkdownIt) -> None:
    """Apply heading names and note kinds, and remove other attributes."""
    md.core.ruler.after("block", "heading_names", _headings)
    md.core.ruler.after("block", "note_classes", _notes)
    md.inline.ruler.before("emphasis", "attributes", _in_text)


def _attributes(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    text = line_text(state, first)
    if not _LINE.match(text):
        return False
    if silent:
        return True
    if state.tokens and state.tokens[-1].type == "heading_close":
        _name(state.tokens[-2], text)
    token = state.push(_TOKEN, "", 0)
    token.hidden = True
    token.map = [first, first + 1]
    token.meta = {"classes": _CLASS.findall(text)}
    state.line = first + 1
    return True


def _name(inline: Token, text: str) -> None:
    if found := _ID.search(text):
        inline.meta = {**inline.meta, "anchors": [found[1] or found[2]]}


def _headings(state: StateCore) -> None:
    if "{" not in state.src:
        return
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open" and (found := _AT_END.search(inline.content)):
            _name(inline, found["name"] or found[0])
            inline.content = inline.content[: found.start()]


def _notes(state: StateCore) -> None:
    """Turn paragraphs and quotes into notes where the line above or below says so."""
    tokens = state.tokens
    n = 0
    while n < len(tokens):
        token = tokens[n]
        if token.type != _TOKEN:
            n += 1
            continue
        tokens.pop(n)
        kinds = [kind for name in token.meta["classes"] if (kind := _kind(name))]
        line = (token.map or [0])[0]
        above, below = tokens[n - 1] if n else None, tokens[n] if n < len(tokens) else None
        if not kinds:
            continue
        if below and below.type in _NOTABLE and (below.map or [0])[0] == line + 1:
            _wrap(tokens, n, _closing(tokens, n), kinds[0])
        elif above and above.nesting < 0 and above.type.replace("_close", "_open") in _NOTABLE:
            first = _opening(tokens, n - 1)
            if (tokens[first].map or [0, 0])[1] == line:
                _wrap(tokens, first, n - 1, kinds[0])


_NOTABLE = ("paragraph_open", "blockquote_open")


def _kind(name: str) -> str:
    bare = name.removeprefix("prompt-").removesuffix("-title").removeprefix("alert-")
    return label_of(bare) if is_note(bare) else ""


def _closing(tokens: list[Token], first: int) -> int:
    return next(
        n
        for n in range(first + 1, len(tokens))
        if tokens[n].level == tokens[first].level and tokens[n].nesting < 0
    )


def _opening(tokens: list[Token], last: int) -> int:
    return next(
        n
        for n in range(last - 1, -1, -1)
        if tokens[n].level == tokens[last].level and tokens[n].nesting > 0
    )


def _wrap(tokens: list[Token], first: int, last: int, label: str) -> None:
    opening = Token("note_open", "div", 1, map=tokens[first].map, meta={"label": label})
    closing = Token("note_close", "div", -1)
    if tokens[first].type == "blockquote_open":
        tokens[first], tokens[last] = opening, closing
    else:
        tokens.insert(last + 1, closing)
        tokens.insert(first, opening)


def _in_text(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{":
        return False
    src, at = state.src, state.pos
    if reference := _REFERENCE.match(src, at, state.posMax):
        if not silent:
            state.pending += reference[1]
        state.pos = reference.end()
        return True
    behind = not state.pending and state.tokens and state.tokens[-1].type in _LOOKED_AT
    match = _ROLE.match(src, at) or (_BEHIND if behind else _INLINE).match(src, at)
    if not match or match.end() > state.posMax:
        return False
    ends = not src[match.end() : state.posMax].split("\n", 1)[0].strip()
    if not behind and not ends and not src.startswith("{:", at) and not _ROLE.match(src, at):
        return False
    state.pos = match.end()
    return True


_LOOKED_AT = ("link_close", "image", "code_inline", "html_inline", "strong_close", "em_close")


RULES = (("{", _attributes),)
