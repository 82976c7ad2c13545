"""What a tag around Markdown means to a reader: a note, a question, a tab, code, nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from ingest.parse.dialects.containers import BoxKind, is_note, note_word, opening
from ingest.parse.dialects.tags import Syntax, Tag


class Treatment(Enum):
    """How the content between two tags is treated."""

    BOX = auto()
    """Markdown in a box; `box` says which."""
    PLAIN = auto()
    """Markdown; the tags mean nothing."""
    HTML = auto()
    """HTML, tags included."""
    CODE = auto()
    VERBATIM = auto()
    """Template marks in it are literal text."""
    LEFT_OUT = auto()


@dataclass(frozen=True)
class Meaning:
    """How a tag is treated, as which box, and with which title."""

    way: Treatment
    box: str = ""
    title: str = ""


_KINDS = ("type", "style", "color", "severity", "kind", "variant", "level", "status", "theme")
_TITLES = ("title", "header", "heading", "summary", "label", "question", "caption")
_HTML = frozenset("table ul ol dl pre p blockquote figure picture address fieldset form".split())
_HEADINGS = re.compile(r"h[1-6]")
# Tags around blocks that mean nothing themselves.
_WRAPPERS = frozenset(
    "div section article main center header footer body html span aside nav".split()
)
_NEVER_TEXT = frozenset(
    """
    script style template iframe svg canvas video audio noscript object embed select textarea input
    button head link meta title base param source track colgroup col math hr br img
    """.split()
)
# Of Hugo, Liquid and MDX.
_NO_TEXT = frozenset("comment mermaid script style".split())
_CODE = frozenset("highlight code".split())
_INNER_BLOCK = re.compile(r"<(?:p|ul|ol|dl|table|h[1-6]|pre|div|section|blockquote|li|hr)\b", re.I)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def meaning_of(tag: Tag, body: str) -> Meaning:
    """Return what a tag means to a reader, given its content."""
    if tag.syntax is Syntax.HTML and tag.name.islower():
        if (found := _of_html(tag, body)) is not None:
            return found
    elif tag.name in _NO_TEXT:
        return Meaning(Treatment.LEFT_OUT)
    elif tag.name in _CODE and "```" not in body:
        return Meaning(
            Treatment.CODE, title=next(iter(tag.words), "") or tag.given("lang", "language")
        )
    elif tag.name in ("raw", "verbatim"):
        return Meaning(Treatment.VERBATIM)
    return _box(tag, body)


def _of_html(tag: Tag, body: str) -> Meaning | None:
    classes = [part for name in tag.given("class").split() for part in (name, *name.split("-"))]
    kinds = [name.lower() for name in classes if is_note(name)]
    if tag.name in ("div", "aside", "section", "p") and kinds and _BOXES & set(classes):
        return Meaning(Treatment.BOX, note_word(kinds[0], kinds), tag.given("title", "data-title"))
    if tag.name == "aside":
        return None
    if tag.name in _HTML or _HEADINGS.fullmatch(tag.name):
        inside = tag.name in ("p", "figure", "blockquote") and _BLANK_LINE.search(body)
        return Meaning(Treatment.PLAIN if inside else Treatment.HTML)
    if tag.name in _NEVER_TEXT:
        return Meaning(Treatment.LEFT_OUT)
    if tag.name in _WRAPPERS:
        markdown = "markdown" in tag.attributes or _BLANK_LINE.search(body)
        return Meaning(
            Treatment.HTML if _INNER_BLOCK.search(body) and not markdown else Treatment.PLAIN
        )
    return None


_ASKED = frozenset("q question faqitem faq-item".split())
_ANSWER = re.compile(r"<(?:a|answer)>", re.IGNORECASE)
_BOXES = frozenset(
    "admonition alert callout note warning tip info important caution danger hint".split()
)


def _box(tag: Tag, body: str) -> Meaning:
    name = tag.name.rsplit(".", 1)[-1].rsplit("/", 1)[-1].lower()
    others = [tag.attributes[key].lower() for key in _KINDS if key in tag.attributes]
    words = list(tag.words)
    kind = opening(name).kind
    if name in _ASKED and _ANSWER.search(body):
        return Meaning(Treatment.BOX, "details", tag.given(*_TITLES, "question"))
    if kind is BoxKind.NOTE:
        others += [word.lower() for word in words if is_note(word)]
        words = [word for word in words if not is_note(word)] if len(words) > 1 else []
        return Meaning(Treatment.BOX, note_word(name, others), tag.given(*_TITLES) or _first(words))
    if kind is BoxKind.DETAILS:
        return Meaning(Treatment.BOX, "details", tag.given(*_TITLES, "name") or _first(words))
    if kind is BoxKind.TABS:
        return Meaning(Treatment.BOX, "tabs")
    if kind is BoxKind.TAB:
        title = tag.given("title", "label", "name", "header", "heading", "tabName", "value")
        return Meaning(Treatment.BOX, "tab", title or _first(words))
    title = tag.given("title", "caption")
    return Meaning(Treatment.BOX, "tab", title) if title else Meaning(Treatment.PLAIN)


def _first(words: Sequence[str]) -> str:
    return next((word for word in words if not word.startswith("-")), "")
