"""Boxes around Markdown: what their names mean, and the tokens they become.

Notes become `note` with a label; collapsible boxes become `details` with a title. Tabs keep their
titles as captions. Anything else is replaced with its content.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from markdown_it.rules_block import StateBlock

_OPTION = re.compile(r":([\w-]+):[ \t]*(.*)$")
DEEPEST = 64
"""The level below which containers are not looked for; a nested list counts two levels.

Chosen by hand, within the parser's own limit (ingest.parse.markdown).
"""
TITLE = "container_title"
CAPTION = "caption"

_NOTES = frozenset(
    """
    note notes notice tip tips hint info information important warning warn caution danger error
    alert attention admonition success check seealso message callout abstract summary todo example
    question help faq quote cite bug failure fail missing done tldr aside remark deprecated
    versionadded versionchanged primary secondary positive negative pageinfo banner
    """.split()
)
# Names that only say that it is a box; another word says which kind.
_ANY_NOTE = frozenset(
    "admonition alert aside banner callout hint message note notice pageinfo".split()
)
_DETAILS = frozenset(
    """
    details dropdown expand expandable collapse collapsible spoiler toggle accordion accordionitem
    accordion-item disclosure
    """.split()
)
_ASKED = frozenset("question help faq".split())
_TABS = frozenset(
    """
    tabs tabset tab-set tabpane codegroup code-group codetabs code-tabs tabgroup tab-group
    """.split()
)
_TAB = frozenset("tab tabitem tab-item tabpanel".split())
_LABELS = {
    "warn": "Warning",
    "notes": "Note",
    "notice": "Note",
    "message": "Note",
    "admonition": "Note",
    "callout": "Note",
    "aside": "Note",
    "banner": "Note",
    "pageinfo": "Note",
    "information": "Info",
    "seealso": "See also",
    "faq": "FAQ",
    "tldr": "TL;DR",
    "versionadded": "Added",
    "versionchanged": "Changed",
    "primary": "Note",
    "secondary": "Note",
    "positive": "Tip",
    "negative": "Warning",
}


class BoxKind(Enum):
    """What a box means to a reader."""

    NOTE = auto()
    DETAILS = auto()
    TABS = auto()
    TAB = auto()
    PLAIN = auto()


@dataclass(frozen=True)
class Opening:
    """The opening line of a box: its kind, its title as Markdown, a note's label."""

    kind: BoxKind
    title: str = ""
    label: str = ""


def is_note(name: str) -> bool:
    """Whether a word is a kind of note."""
    return name.lower() in _NOTES


def label_of(name: str) -> str:
    """Return the label of a kind of note."""
    return _LABELS.get(name.lower(), name.replace("-", " ").replace("_", " ").capitalize())


def opening(name: str, title: str = "", others: Sequence[str] = ()) -> Opening:
    """Classify a box by its name; `others` are further words that may give the kind."""
    name = name.lower()
    if name in _DETAILS:
        return Opening(BoxKind.DETAILS, title)
    if name in _TABS:
        return Opening(BoxKind.TABS)
    if name in _TAB:
        return Opening(BoxKind.TAB, title)
    if name in _NOTES:
        return Opening(BoxKind.NOTE, title, label_of(note_word(name, others)))
    return Opening(BoxKind.PLAIN, title)


def note_word(name: str, others: Sequence[str]) -> str:
    """Return the word that gives a note's kind."""
    if name.lower() not in _ANY_NOTE:
        return name
    nearer = [word for word in others if is_note(word) and word != name.lower()]
    named = [word for word in nearer if word not in _ANY_NOTE]
    return next(iter([*named, *nearer]), name)


def folded_opening(name: str, title: str) -> Opening:
    """Classify a collapsible box: a note of its kind, otherwise a question."""
    if title and name.lower() in _ASKED:
        return Opening(BoxKind.DETAILS, title)
    return Opening(BoxKind.DETAILS, title) if name.lower() in _DETAILS else note(name, title)


def note(name: str, title: str = "") -> Opening:
    """Return a note of any kind."""
    return Opening(BoxKind.NOTE, title, label_of(name))


def push_container(
    state: StateBlock, opening: Opening, first: int, body: tuple[int, int], end: int
) -> None:
    """Push a box's tokens for the lines from `first` to `end`, with those of its body."""
    if state.level >= DEEPEST:
        # Too deep: its content is parsed, but not nested.
        state.line = first + 1
        return
    if opening.kind is BoxKind.NOTE or (opening.kind is BoxKind.DETAILS and opening.title):
        name = opening.kind.name.lower()
        token = state.push(f"{name}_open", "div", 1)
        token.map = [first, end]
        token.meta = {"label": opening.label}
        if opening.title:
            push_title(state, opening.title, first)
        push_body(state, *body)
        state.push(f"{name}_close", "div", -1)
    else:
        if opening.title and opening.kind is not BoxKind.TABS:
            push_caption(state, opening.title, first)
        push_body(state, *body)
    state.line = end


def push_title(state: StateBlock, title: str, line: int) -> None:
    """Push a box's title."""
    token = state.push(f"{TITLE}_open", "p", 1)
    token.map = [line, line + 1]
    _push_inline(state, title, line)
    state.push(f"{TITLE}_close", "p", -1)


def push_caption(state: StateBlock, text: str, line: int) -> None:
    """Push a line that names what follows it in bold, but is not a heading."""
    token = state.push(f"{CAPTION}_open", "p", 1)
    token.map = [line, line + 1]
    _push_inline(state, text, line)
    state.push(f"{CAPTION}_close", "p", -1)


def _push_inline(state: StateBlock, text: str, line: int) -> None:
    token = state.push("inline", "", 0)
    token.content = text.strip()
    token.map = [line, line + 1]
    token.children = []


def push_body(state: StateBlock, first: int, end: int) -> None:
    """Push the tokens of the lines from `first` to `end`, whatever their indent."""
    indents = [state.sCount[line] for line in range(first, end) if not state.isEmpty(line)]
    if not indents:
        return
    kept = state.lineMax, state.parentType, state.blkIndent, state.tight, state.listIndent
    state.lineMax, state.parentType = end, "container"
    state.blkIndent = max(state.blkIndent, min(indents))
    state.listIndent = -1
    state.level += 1
    state.md.block.tokenize(state, first, end)
    state.level -= 1
    state.lineMax, state.parentType, state.blkIndent, state.tight, state.listIndent = kept


def line_text(state: StateBlock, line: int) -> str:
    """Return a line's text without its indent."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


_FENCE = re.compile(r"(`{3,}|~{3,})")


def after_options(state: StateBlock, first: int, end: int) -> int:
    """Return the line after a directive's options: ":class: x", or YAML between rules."""
    line = first
    if line < end and line_text(state, line) == "---":
        closing = (n for n in range(line + 1, end) if line_text(state, n) == "---")
        return next(closing, line - 1) + 1
    while line < end and _OPTION.match(line_text(state, line)):
        line += 1
    return line


def is_fence(text: str, opened: str | None) -> str | None:
    """Return the code fence that is open after a line, given the one open before it."""
    found = _FENCE.match(text)
    if not found:
        return opened
    if opened is None:
        return found[1]
    closes = found[1].startswith(opened) and not text[found.end() :].strip()
    return None if closes else opened
