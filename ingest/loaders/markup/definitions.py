"""Definition lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from bs4 import Tag
from bs4.element import NavigableString

from ingest.loaders.markup.flow import BOXES, has_blocks
from ingest.loaders.markup.unwrap import unwrap
from ingest.parse.inline import unspaced

# Characters of an entry that fits a bullet; chosen by hand.
_SHORT = 250


@dataclass
class Definition:
    """One or more terms, and their meanings."""

    terms: list[Tag] = field(default_factory=list)
    meanings: list[Tag] = field(default_factory=list)


def definitions(listed: Tag) -> list[Definition]:
    """Return a definition list's entries; wrappers around its terms are removed."""
    for box in listed.find_all(BOXES, recursive=False):
        unwrap(box)
    found: list[Definition] = []
    for tag in listed.find_all(True, recursive=False):
        if tag.name == "dt":
            if not found or found[-1].meanings:
                found.append(Definition())
            found[-1].terms.append(tag)
        else:
            if not found:
                found.append(Definition())
            found[-1].meanings.append(tag)
    return found


def set_out_definitions(body: Tag) -> None:
    """Turn definition lists into bullets if all entries are short, else bold terms and text."""
    for listed in reversed(body.find_all("dl")):
        found = definitions(listed)
        if not found:
            unwrap(listed)
        elif all(_is_short(each) for each in found):
            _set_as_bullets(listed, found)
        else:
            for each in found:
                for term in each.terms:
                    _set_in_bold(term)
                for meaning in each.meanings:
                    meaning.name = "div"
            listed.name = "div"


def _is_short(definition: Definition) -> bool:
    if not definition.terms or len(definition.meanings) != 1:
        return False
    (meaning,) = definition.meanings
    blocks = [tag for tag in meaning.find_all(True) if tag.name in ("p", "div")]
    one = len(blocks) == 1 and blocks[0].get_text().strip() == meaning.get_text().strip()
    if one and not has_blocks(blocks[0]):
        unwrap(blocks[0])
    words = meaning.get_text().strip()
    return bool(words) and len(words) <= _SHORT and not has_blocks(meaning)


def _set_as_bullets(listed: Tag, found: list[Definition]) -> None:
    listed.name = "ul"
    for definition in found:
        item = Tag(name="li")
        definition.terms[0].insert_before(item)
        for n, term in enumerate(definition.terms):
            if n:
                item.append(NavigableString(", "))
            item.append(term)
            term.name = "strong"
        words = definition.terms[-1].get_text().strip()
        if not words.endswith((":", "：")):
            item.append(NavigableString("：" if words and unspaced(words[-1]) else ": "))
        else:
            item.append(NavigableString(" "))
        item.append(definition.meanings[0])
        unwrap(definition.meanings[0])


def _set_in_bold(term: Tag) -> None:
    if has_blocks(term):
        term.name = "div"
        return
    term.name = "strong"
    term.wrap(Tag(name="p"))
