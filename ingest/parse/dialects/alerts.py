"""Block quotes that are notes: GitHub's `> [!NOTE]` and Obsidian's `> [!faq]- Title`."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from ingest.parse.dialects.containers import TITLE, label_of

_ALERT = re.compile(r"\\?\[!([\w-]+)(?:\|[^\]\n]*)?\\?\][+-]?[ \t]*(.*)(?:\n|$)")


def alerts_plugin(md: MarkdownIt) -> None:
    """Add a rule that turns such block quotes into notes."""
    md.core.ruler.after("block", "alerts", _alerts)


def _alerts(state: StateCore) -> None:
    if "[!" not in state.src:
        return
    tokens: list[Token] = []
    notes: list[int] = []
    skipped = 0
    for n, token in enumerate(state.tokens):
        if skipped:
            skipped -= 1
            continue
        tokens.append(token)
        if token.type == "blockquote_open":
            inline = state.tokens[n + 2] if n + 2 < len(state.tokens) else None
            alert = _ALERT.match(inline.content) if inline and inline.type == "inline" else None
            if inline and alert:
                token.type, token.meta = "note_open", {"label": label_of(alert[1])}
                notes.append(token.level)
                tokens += _title(inline, alert[2])
                skipped = 0 if _cut(inline, alert.end()) else 3
        elif token.type == "blockquote_close" and notes and notes[-1] == token.level:
            token.type = "note_close"
            notes.pop()
    state.tokens = tokens


def _title(inline: Token, text: str) -> list[Token]:
    if not text.strip():
        return []
    opening, closing = Token(f"{TITLE}_open", "p", 1), Token(f"{TITLE}_close", "p", -1)
    first = (inline.map or [0])[0]
    title = Token("inline", "", 0, content=text.strip(), map=[first, first + 1], children=[])
    return [opening, title, closing]


def _cut(inline: Token, start: int) -> bool:
    """Remove a paragraph's first line, and return whether anything is left."""
    lines = inline.content[:start].count("\n")
    inline.content = inline.content[start:]
    first, end = inline.map or (0, 1)
    inline.map = [first + lines, max(end, first + lines + 1)]
    return bool(inline.content.strip())
