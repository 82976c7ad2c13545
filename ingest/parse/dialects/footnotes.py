"""Footnotes, as notes below their references."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from ingest.parse.dialects.left_out import LEFT_OUT, remark_text

_REFERENCE = re.compile(r"\[\^([^\s\]]+)\](?!\()")
_DEFINED = "footnote_reference"
_ENDS = (
    "paragraph_close",
    "heading_close",
    "container_title_close",
    "caption_close",
    "table_close",
    "dl_close",
)
_HOLDS = ("table", "dt")


def footnotes_plugin(md: MarkdownIt) -> None:
    """Show a footnote's text where it is referenced."""
    md.use(footnote_plugin, inline=False, move_to_end=False)
    md.inline.ruler.at("footnote_ref", _reference)
    md.core.ruler.after("inline", "footnotes", _footnotes)


def _reference(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[" or not (found := _REFERENCE.match(state.src, state.pos)):
        return False
    if not silent:
        token = state.push("footnote_ref", "", 0)
        token.content, token.meta = found[0], {"label": found[1]}
    state.pos = found.end()
    return True


def _footnotes(state: StateCore) -> None:
    if "[^" not in state.src:
        return
    rest, notes = _taken_out(state.tokens)
    used: set[str] = set()
    state.tokens = []
    waiting: list[str] = []
    held = 0
    for token in rest:
        if token.type == _DEFINED:
            if token.meta["label"] not in used and not _is_referred_to(rest, token.meta["label"]):
                state.tokens.append(_unused(token))
            continue
        state.tokens.append(token)
        held += token.nesting * (token.tag in _HOLDS or token.type in ("dt_open", "dt_close"))
        for child in token.children or ():
            if child.type == "footnote_ref":
                if child.meta["label"] in notes:
                    waiting.append(child.meta["label"])
                else:
                    child.type, child.content = LEFT_OUT, remark_text("", child.content)
        if token.type in _ENDS and not held:
            for label in dict.fromkeys(waiting):
                state.tokens += notes[label]
            used.update(waiting)
            waiting.clear()


def _taken_out(tokens: list[Token]) -> tuple[list[Token], dict[str, list[Token]]]:
    """Return the tokens without footnotes, and these; a placeholder keeps the place of each."""
    rest: list[Token] = []
    notes: dict[str, list[Token]] = {}
    within = [rest]
    for token in tokens:
        if token.type == f"{_DEFINED}_open":
            note = [Token("note_open", "div", 1, map=token.map, meta={"footnote": True})]
            rest.append(Token(_DEFINED, "", 0, map=token.map, meta=token.meta))
            notes.setdefault(token.meta["label"], note)
            within.append(note)
        elif token.type == f"{_DEFINED}_close":
            within.pop().append(Token("note_close", "div", -1))
        else:
            within[-1].append(token)
    return rest, notes


def _is_referred_to(tokens: list[Token], label: str) -> bool:
    return any(
        child.meta.get("label") == label
        for token in tokens
        for child in token.children or ()
        if child.type == "footnote_ref"
    )


def _unused(token: Token) -> Token:
    words = remark_text("the footnote", f"[^{token.meta['label']}], which nothing refers to,")
    return Token(LEFT_OUT, "", 0, content=words, map=token.map, hidden=True)
