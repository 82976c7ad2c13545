"""Notes, warnings and panels of authoring tools, as block quotes with their label."""

from __future__ import annotations

import re

from bs4 import Tag
from bs4.element import NavigableString

from ingest.loaders.html_to_markdown import ALERT
from ingest.loaders.markup.flow import has_blocks
from ingest.parse.blocks import NOTE_LABEL

_NOTES = (
    "awsdocs-note, .awsdocs-note, .admonition, .admonition-block, .admonitionblock, [role=note],"
    " .note, .warning, .important, .tip, .caution, .danger, .callout, .markdown-alert,"
    " .confluence-information-macro, .theme-admonition, .alert, .notification, .hint, .panel"
)
_TITLE = (
    ".awsdocs-note-title, .admonition-title, .callout-title, .markdown-alert-title, .title,"
    " .panelHeader, .alert-heading, [class*=admonitionHeading], h4, h5, h6"
)
# The tools' names for a kind of note, and the name that a reader is shown.
_KINDS = {
    "note": "note",
    "info": "info",
    "information": "info",
    "tip": "tip",
    "hint": "tip",
    "success": "tip",
    "important": "important",
    "attention": "attention",
    "caution": "caution",
    "warning": "warning",
    "error": "warning",
    "danger": "danger",
    "example": "example",
    "question": "question",
    "bug": "bug",
}
_SIGNS = {"⚠": "warning", "🚨": "warning", "💡": "tip", "ℹ": "info", "❗": "important"}
_ANY_KIND = ("confluence-information-macro", "awsdocs-note")


def mark_notes(main: Tag) -> None:
    """Turn each note into a block quote with its label."""
    for note in main.select(_NOTES):
        if note.name in ("p", "span", "code", "li", "table", "a", "pre", "details", "body", "html"):
            continue
        if note.decomposed or note.find_parent("blockquote") or note.find(["h1", "h2", "h3"]):
            continue
        _mark(note)


def _mark(note: Tag) -> None:
    named = _classes(note)
    kind = _kind(named)
    if "panel" in named:
        if "code" in named or not note.select_one(".panelContent"):
            return
        kind = None
    elif kind is None and set(named) & {"alert", "notification", "hint"}:
        return
    sign = note.select_one(".icon, .emoji") if "callout" in named else None
    if sign is not None:
        kind = kind or next((k for s, k in _SIGNS.items() if s in sign.get_text()), None)
        sign.decompose()
    title = note.select_one(_TITLE)
    words = " ".join(title.get_text().split()).rstrip(":：") if title else ""
    if title is not None and words:
        title.decompose()
    first = _first_paragraph(note)
    if NOTE_LABEL.fullmatch(words):
        first.insert(0, Tag(name="br"))
        _insert(first, words)
    else:
        if kind and not _is_labelled(first):
            first[ALERT] = kind
        if words:
            first.insert(0, NavigableString(" "))
            _insert(first, words if words.endswith(("?", "？", "!", "！")) else f"{words}:")
    note.name = "blockquote"


def _is_labelled(first: Tag) -> bool:
    bold = first.find(("strong", "b"))
    return isinstance(bold, Tag) and bool(NOTE_LABEL.fullmatch(bold.get_text().strip()))


def _insert(first: Tag, words: str) -> None:
    bold = Tag(name="strong")
    bold.string = words
    first.insert(0, bold)


def _first_paragraph(note: Tag) -> Tag:
    """Return a note's first paragraph, creating it if the note begins with something else."""
    found = note.find(True)
    while isinstance(found, Tag):
        if found.name == "p":
            if found.get_text().strip():
                return found
        elif found.name not in ("div", "section", "span", "figure", "article"):
            break
        found = found.find_next(True)
        if found is not None and note not in found.parents:
            break
    made = Tag(name="p")
    if not has_blocks(note):
        for node in list(note.contents):
            made.append(node)
        note.append(made)
    else:
        note.insert(0, made)
    return made


def _classes(note: Tag) -> list[str]:
    return [str(name).lower() for name in note.get("class") or ()]


def _kind(named: list[str]) -> str | None:
    for name in named:
        if name not in _ANY_KIND and (kind := _KINDS.get(re.split(r"[-_]+", name)[-1])):
            return kind
    return None
