"""A Word file's styles, with what each inherits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ingest.loaders.docx.wordml import child, is_on, name, number, value

# Word's internal names of its headings, whatever language the interface is in.
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
# The outline level of body text (ECMA-376, 17.3.1.20).
_BODY_LEVEL = 9
_USUAL_SIZE = 20
"""Half-points, the default (ECMA-376, 17.3.2.38)."""


@dataclass(frozen=True)
class Numbered:
    """The list that a paragraph is in, and its level from 0, where specified."""

    list_id: str
    level: int | None


class Styles:
    """Style properties by style id. None stands for the default style."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Element] = {}
        self._default: dict[str, str] = {}
        self._defaults = child(root, "w:docDefaults", "w:rPrDefault", "w:rPr")
        for each in () if root is None else root.iter(name("w:style")):
            style = each.get(name("w:styleId")) or ""
            self._styles.setdefault(style, each)
            if each.get(name("w:default")) in ("1", "true", "on"):
                self._default[each.get(name("w:type")) or ""] = style

    def chain(self, style: str | None, kind: str = "paragraph") -> Iterator[Element]:
        """Yield a style and the styles it is based on."""
        seen: set[str] = set()
        at = style if style in self._styles else self._default.get(kind)
        while at in self._styles and at not in seen:
            seen.add(at)
            yield self._styles[at]
            at = value(self._styles[at], "w:basedOn")

    def names(self, style: str | None, kind: str = "paragraph") -> list[str]:
        """Return the names of a style and of the styles it is based on."""
        return [value(each, "w:name") or "" for each in self.chain(style, kind)]

    def is_any(self, style: str | None, names: Collection[str], kind: str = "paragraph") -> bool:
        """Whether a style has one of the names, or is based on one that has."""
        known = {each.lower() for each in names}
        return any(each.lower() in known for each in self.names(style, kind))

    def heading(self, paragraph: Element) -> int | None:
        """Return a paragraph's outline level, from 1, if it is a heading."""
        direct = value(paragraph, "w:pPr", "w:outlineLvl")
        if direct is not None:
            return _level(direct)
        for each in self.chain(value(paragraph, "w:pPr", "w:pStyle")):
            if (said := value(each, "w:pPr", "w:outlineLvl")) is not None:
                return _level(said)
            if found := _HEADING.fullmatch(value(each, "w:name") or ""):
                return int(found[1]) or None
        return None

    def numbered(self, paragraph: Element) -> Numbered | None:
        """Return the list that a paragraph is in, set directly or by its style."""
        style = value(paragraph, "w:pPr", "w:pStyle")
        holders = [paragraph, *self.chain(style)]
        list_id = next((x for each in holders if (x := value(each, *_LIST, "w:numId"))), None)
        if list_id in (None, "0"):
            return None
        level = next((x for each in holders if (x := value(each, *_LIST, "w:ilvl"))), None)
        return Numbered(str(list_id), None if level is None else number(level))

    def paragraph_has(self, paragraph: Element, tag: str) -> bool:
        """Whether a paragraph's style sets a run property, such as "w:b"."""
        return self._says(value(paragraph, "w:pPr", "w:pStyle"), "paragraph", tag)

    def run_has(self, run: Element, paragraph: Element, tag: str) -> bool:
        """Whether a run has a toggle property, such as "w:b" or "w:vanish".

        If both the character style and the paragraph style set it, they cancel out.
        """
        direct = is_on(child(run, "w:rPr", tag))
        if direct is not None:
            return direct
        style = value(run, "w:rPr", "w:rStyle")
        of_run = style is not None and self._says(style, "character", tag)
        if is_on(child(self._defaults, tag)):
            return True
        return of_run != self.paragraph_has(paragraph, tag)

    def font(self, run: Element | None, paragraph: Element) -> str | None:
        """Return the font of a run's Latin letters; of a paragraph's, without a run."""
        return _first_font(self._looks(run, paragraph))

    def size(self, run: Element, paragraph: Element) -> int:
        """Return a run's font size, in half-points."""
        said = (value(each, "w:sz") for each in self._looks(run, paragraph))
        return next((number(each) for each in said if each), _USUAL_SIZE)

    def _looks(self, run: Element | None, paragraph: Element) -> list[Element | None]:
        """Return the sources of a run's formatting, the closest first."""
        holders = [child(run, "w:rPr")]
        if style := value(run, "w:rPr", "w:rStyle"):
            holders += [child(each, "w:rPr") for each in self.chain(style, "character")]
        holders += [
            child(each, "w:rPr") for each in self.chain(value(paragraph, "w:pPr", "w:pStyle"))
        ]
        return [*holders, self._defaults]

    def usual_font(self) -> str | None:
        """Return the default font."""
        return _first_font([*(child(each, "w:rPr") for each in self.chain(None)), self._defaults])

    def indent(self, paragraph: Element) -> tuple[int, int] | None:
        """Return the indent of a paragraph and of its first line, in twips (1/20 point)."""
        style = value(paragraph, "w:pPr", "w:pStyle")
        return indents([child(each, "w:pPr", "w:ind") for each in (paragraph, *self.chain(style))])

    def list_of(self, style: str) -> str | None:
        """Return the list that a list style is for."""
        return value(self._styles.get(style), *_LIST, "w:numId")

    def _says(self, style: str | None, kind: str, tag: str) -> bool:
        for each in self.chain(style, kind):
            said = is_on(child(each, "w:rPr", tag))
            if said is not None:
                return said
        return False


_LIST = ("w:pPr", "w:numPr")


def indents(said: list[Element | None]) -> tuple[int, int] | None:
    """Return the indent of a paragraph and its first line from its properties, closest first.

    None if the former is not specified.
    """

    def first(*names: str) -> str | None:
        each = (x.get(name(f"w:{n}")) for x in said if x is not None for n in names)
        return next((found for found in each if found is not None), None)

    left = first("left", "start")
    if left is None:
        return None
    return number(left), number(left) - number(first("hanging")) + number(first("firstLine"))


def _level(said: str) -> int | None:
    level = number(said, _BODY_LEVEL)
    return level + 1 if 0 <= level < _BODY_LEVEL else None


def _first_font(holders: list[Element | None]) -> str | None:
    for holder in holders:
        fonts = child(holder, "w:rFonts")
        for side in ("ascii", "hAnsi"):
            if fonts is not None and fonts.get(name(f"w:{side}Theme")):
                return None
            if fonts is not None and (found := fonts.get(name(f"w:{side}"))):
                return found
    return None
