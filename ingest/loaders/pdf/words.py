"""A page's words: their position and format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pdfminer.pdftypes import resolve1
from pdfplumber.page import Page
from pdfplumber.utils.text import extract_words

from ingest.loaders.pdf.signs import PICTURES

_MONOSPACED = re.compile(r"mono|courier|consol|menlo|code|typewriter|cmtt", re.IGNORECASE)
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|cmbx|medi$", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|slant|cmti|cmsl|medi?ital", re.IGNORECASE)

# The numbers of this module are chosen by hand.
_SMALLEST = 1.0
"""The minimum font size (points); some files give none."""
_SPACE = 0.18
"""The minimum width of a space between words, in font sizes."""


@dataclass(frozen=True, slots=True)
class Box:
    """An area of a page, in points."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of one format."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    bold: bool = False
    code: bool = False
    italic: bool = False
    picture: bool = False
    """Whether it is in an icon font."""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class LinkArea:
    """An area of a page that links somewhere."""

    box: Box
    href: str


def words_of(chars: Sequence[dict[str, Any]], links: Sequence[LinkArea]) -> list[Word]:
    """Group a page's glyphs into words."""
    found = extract_words(
        list(chars),
        extra_attrs=["fontname", "size"],
        x_tolerance_ratio=_SPACE,
        keep_blank_chars=False,
    )
    return [_word(word, links) for word in found if word["text"]]


def _word(word: dict[str, Any], links: Sequence[LinkArea]) -> Word:
    bold, code, italic, picture = _look(word["fontname"])
    return Word(
        text=word["text"],
        left=word["x0"],
        right=word["x1"],
        top=word["top"],
        bottom=word["bottom"],
        size=max(_SMALLEST, word["size"]),
        bold=bold,
        code=code,
        italic=italic,
        picture=picture,
        href=_leads_to(word, links),
    )


@cache
def _look(font: str) -> tuple[bool, bool, bool, bool]:
    looks = (_BOLD, _MONOSPACED, _ITALIC, PICTURES)
    bold, code, italic, picture = (bool(look.search(font)) for look in looks)
    return bold, code, italic, picture


def _leads_to(word: dict[str, Any], links: Sequence[LinkArea]) -> str | None:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    for link in links:
        box = link.box
        if box.left <= x <= box.right and box.top - 1 <= y <= box.bottom + 1:
            return link.href
    return None


def links_of(page: Page) -> list[LinkArea]:
    """Return a page's links; none if its annotations are broken or refer to each other."""
    try:
        return [
            LinkArea(Box(note["x0"], note["x1"], note["top"], note["bottom"]), href)
            for note in page.annots
            if (href := _href(note))
        ]
    # Broken annotations can raise anything inside the library; the text is still there.
    except Exception:
        return []


def _href(note: dict[str, Any]) -> str | None:
    """Return an annotation's target; a "#" prefixes a place in the document."""
    if note.get("uri"):
        return str(note["uri"])
    data = note.get("data") or {}
    inside = "Dest" in data or "GoTo" in str((resolve1(data.get("A")) or {}).get("S"))
    return "#" if inside else None
