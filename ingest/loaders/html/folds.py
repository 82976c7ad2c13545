"""Collapsible elements, and questions with answers, as sections of their own."""

from __future__ import annotations

import re

from bs4 import Tag
from bs4.element import NavigableString

from ingest.loaders.markup.definitions import Definition, definitions
from ingest.loaders.markup.flow import BOXES, HEADINGS, has_blocks
from ingest.parse.inline import unspaced

_QUESTION = re.compile(r".*[?？]\s*|(?:Q|問)\d*\s*[.:．：、].*", re.DOTALL)


def set_out_folds(main: Tag, title: str | None) -> None:
    """Give each collapsible element a heading one level below the one it is under.

    Content after it belongs to the upper heading again, which is repeated for it.
    """
    for listed in main.find_all("dl"):
        if listed.find_parent(["dl", "li", "td", "th", "blockquote"]) is None:
            _questions(listed)
    level, words = 1, title
    for tag in list(main.find_all(("details", *HEADINGS))):
        if tag.parent is None:
            continue
        if tag.name in HEADINGS:
            if not tag.get("data-fold"):
                level, words = int(tag.name[1]), tag.get_text().strip()
        elif _stands_alone(tag, main):
            summary = tag.find("summary", recursive=False)
            if not isinstance(summary, Tag) or not summary.get_text().strip():
                continue
            if _QUESTION.fullmatch(summary.get_text().strip()) or not _cuts_steps(tag):
                _set_heading(tag, summary, level, words)


def _set_heading(details: Tag, summary: Tag, level: int, words: str | None) -> None:
    inner = details.find_parent(attrs={"data-level": True})
    depth = int(str(inner["data-level"])) if inner is not None else level
    below = min(depth + 1, 6)
    details["data-level"] = str(below)
    heading = Tag(name=f"h{below}", attrs={"data-fold": "1"})
    heading.sourceline = summary.sourceline
    if details.get("id"):
        heading["id"] = str(details["id"])
    for node in list(summary.contents):
        heading.append(node)
    for block in heading.find_all((*BOXES, *HEADINGS, "p")):
        block.unwrap()
    summary.decompose()
    details.insert(0, heading)
    details.name = "section"
    for each in details.find_all(HEADINGS):
        if each is not heading and not each.get("data-fold"):
            each.name = f"h{min(6, max(below + 1, int(each.name[1])))}"
            each["data-fold"] = "1"
    if inner is None and words and _goes_on(details):
        again = Tag(name=f"h{max(2, level)}", attrs={"data-fold": "1"})
        again.string = words
        details.insert_after(again)


def _stands_alone(details: Tag, main: Tag) -> bool:
    for parent in details.parents:
        if parent is main:
            return True
        if parent.name not in BOXES and parent.name != "details":
            return False
    return True


def _goes_on(fold: Tag) -> bool:
    """Whether something other than a heading or another fold follows a fold."""
    following = _behind(fold)
    if following is None or following.name == "details":
        return False
    first = following if following.name in HEADINGS else following.find((*HEADINGS, "details"))
    if not isinstance(first, Tag):
        return True
    above = "" if first is following else first.find_previous(string=re.compile(r"\S"))
    return bool(above) and isinstance(above, NavigableString) and following in above.parents


def _behind(fold: Tag) -> Tag | None:
    last = fold
    while last is not None:
        for node in last.next_siblings:
            if isinstance(node, Tag) and (node.get_text().strip() or node.name in HEADINGS):
                return node
            if not isinstance(node, Tag) and str(node).strip():
                made = Tag(name="p")
                node.wrap(made)
                return made
        parent = last.parent
        if parent is None or parent.name not in BOXES or parent.name == "body":
            return None
        last = parent
    return None


def _cuts_steps(fold: Tag) -> bool:
    """Whether the steps before a fold continue after it."""
    above = fold.find_previous(("ol", *HEADINGS))
    below = fold.find_next_sibling(("ol", *HEADINGS))
    return bool(above and below and above.name == below.name == "ol")


def _questions(listed: Tag) -> None:
    """Turn a definition list that reads like questions or headings with answers into folds."""
    found = definitions(listed)
    if not all(len(each.terms) == 1 and each.meanings for each in found):
        return
    asked = all(_QUESTION.fullmatch(each.terms[0].get_text().strip()) for each in found)
    blocks = any(
        meaning.find(("ol", "ul", "pre", "table")) for e in found for meaning in e.meanings
    )
    if not found or not asked and not (blocks and all(_reads_like_heading(e) for e in found)):
        return
    for each in found:
        box, summary = Tag(name="details"), each.terms[0]
        summary.insert_before(box)
        summary.name = "summary"
        box.append(summary)
        for meaning in each.meanings:
            meaning.name = "div"
            box.append(meaning)
    listed.name = "div"


def _reads_like_heading(definition: Definition) -> bool:
    term = definition.terms[0]
    words = term.get_text().strip()
    if term.find(("code", "kbd", "samp", "tt")) or has_blocks(term) or not words:
        return False
    wide = sum(map(unspaced, words))
    # Shorter terms are words that are explained; chosen by hand.
    return wide >= 5 or len(words.split()) >= 3 and words[0].isupper()
