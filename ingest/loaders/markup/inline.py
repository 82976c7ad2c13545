"""Inline elements: ruby, struck text, superscripts, adjacent bold."""

from __future__ import annotations

import re
import unicodedata

from bs4 import Tag
from bs4.element import NavigableString

from ingest.loaders.markup.unwrap import unwrap
from ingest.parse.inline import unspaced

_NOT_READ = "rt, rp, rtc, del, s, strike, wbr, annotation, annotation-xml, .katex-html"
_SAY_NOTHING = ("span", "font", "ruby", "rb", "bdi", "bdo", "ins", "u", "o:p")
_BOLD = ("b", "strong")
_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_FOOTNOTE = re.compile(r"\[?(\d{1,3}|[a-z*†‡])\]?")


def set_out_inline(body: Tag) -> None:
    """Keep what Markdown can express, and the visible text of everything else."""
    for tag in body.select(_NOT_READ):
        tag.decompose()
    for tag in body.find_all("sup"):
        _raise(tag)
    for tag in body.find_all("q"):
        _quote(tag)
    for tag in reversed(body.find_all(_SAY_NOTHING)):
        if not tag.find_parent("pre"):
            unwrap(tag)
    for tag in body.find_all(_BOLD):
        if not tag.decomposed:
            _join_bold(tag)


def _raise(tag: Tag) -> None:
    """Keep a superscript apart from the word before it: 10³, and a footnote number."""
    words = tag.get_text().strip()
    link = tag.find("a", href=True)
    if link and str(link["href"]).startswith("#") and (mark := _FOOTNOTE.fullmatch(words)):
        tag.replace_with(NavigableString(f"[{mark[1]}]"))
    elif words and re.fullmatch(r"[\d+\-−=()ni]{1,6}", words) and re.search(r"\d|n", words):
        tag.replace_with(NavigableString(words.translate(_RAISED)))
    else:
        unwrap(tag)


def _quote(tag: Tag) -> None:
    words = tag.get_text().strip()
    opening, closing = ("「", "」") if words and unspaced(words[0]) else ("“", "”")
    tag.insert(0, NavigableString(opening))
    tag.append(NavigableString(closing))
    unwrap(tag)


def _join_bold(tag: Tag) -> None:
    """Merge nested and adjacent bold elements."""
    for inner in tag.find_all(_BOLD):
        unwrap(inner)
    while True:
        following = tag.next_sibling
        blank = isinstance(following, NavigableString) and not str(following).strip()
        after = following.next_sibling if blank and following is not None else following
        if not isinstance(after, Tag) or after.name not in _BOLD:
            return
        if blank and following is not None:
            tag.append(following)
        for node in list(after.contents):
            tag.append(node)
        after.decompose()
        for inner in tag.find_all(_BOLD):
            unwrap(inner)


def is_mark(character: str) -> bool:
    """Whether CommonMark counts a character as punctuation."""
    return bool(character) and unicodedata.category(character)[0] in "PS"
