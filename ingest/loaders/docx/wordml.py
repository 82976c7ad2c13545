"""WordprocessingML: its names, and how to read its properties."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_NAMESPACES = {
    "w": _W,
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": _MC,
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "v": "urn:schemas-microsoft-com:vml",
    "xml": "http://www.w3.org/XML/1998/namespace",
}

Parents = dict[Element, Element]


def name(short: str) -> str:
    """Return the qualified name of an element or attribute: "w:p" with its namespace."""
    prefix, _, local = short.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


P, R, T, TBL, TR, TC = (name(f"w:{each}") for each in ("p", "r", "t", "tbl", "tr", "tc"))
P_PR, R_PR, VAL = name("w:pPr"), name("w:rPr"), name("w:val")
TEXT_BOX = name("w:txbxContent")
BLOCKS = (P, TBL)


def child(element: Element | None, *path: str) -> Element | None:
    """Return the element at a path of children, such as "w:pPr", "w:numPr", or None."""
    for step in path:
        if element is None:
            return None
        element = element.find(name(step))
    return element


def value(element: Element | None, *path: str) -> str | None:
    """Return the `w:val` of the element at a path of children, or None."""
    found = child(element, *path)
    return None if found is None else found.get(VAL)


def number(said: str | None, otherwise: int = 0) -> int:
    """Parse a number as Word writes it; return `otherwise` if it is not one."""
    return int(float(said)) if said and re.fullmatch(r"-?\d{1,9}(?:\.\d+)?", said) else otherwise


def is_on(element: Element | None) -> bool | None:
    """Whether a toggle property is on; None if it is not set."""
    if element is None:
        return None
    return element.get(VAL) not in ("0", "false", "off", "none")


def parents(root: Element) -> Parents:
    """Return the parent of each element below `root`."""
    return {below: above for above in root.iter() for below in above}


def own_elements(element: Element, *tags: str) -> Iterator[Element]:
    """Yield the descendants of a paragraph or cell, but none of a nested paragraph or table."""
    for below in element:
        if below.tag in tags:
            yield below
        if below.tag not in BLOCKS and below.tag != TEXT_BOX:
            yield from own_elements(below, *tags)


def runs(paragraph: Element) -> list[Element]:
    """Return a paragraph's runs."""
    return list(own_elements(paragraph, R))


def words(element: Element) -> str:
    """Return an element's text."""
    return "".join(text.text or "" for text in element.iter(T))


def properties(element: Element, tag: str = "w:pPr") -> Element:
    """Return the properties of a paragraph or run, creating them if needed."""
    found = element.find(name(tag))
    if found is None:
        found = Element(name(tag))
        element.insert(0, found)
    return found


def set_style(element: Element, style: str) -> None:
    """Set the style of a paragraph or run, by style id."""
    of_run = element.tag == R
    props = properties(element, "w:rPr" if of_run else "w:pPr")
    short = "w:rStyle" if of_run else "w:pStyle"
    found = props.find(name(short))
    if found is None:
        found = Element(name(short))
        props.insert(0, found)
    found.set(VAL, style)


def text_of(words: str) -> Element:
    """Return a text element for a run."""
    element = Element(T, {name("xml:space"): "preserve"})
    element.text = words
    return element


def run_of(content: str | Element) -> Element:
    """Return a run with a text, or with another element."""
    run = Element(R)
    run.append(text_of(content) if isinstance(content, str) else content)
    return run


def field(instruction: str, content: list[Element]) -> list[Element]:
    """Return the runs of a field that displays some content."""
    said = Element(name("w:instrText"))
    said.text = instruction
    kinds = ("begin", "separate", "end")
    begin, separate, end = (
        run_of(Element(name("w:fldChar"), {name("w:fldCharType"): kind})) for kind in kinds
    )
    return [begin, run_of(said), separate, *content, end]


def replace(parent: Element, old: Element, new: list[Element]) -> None:
    """Replace a child element with others."""
    at = list(parent).index(old)
    parent[at : at + 1] = new
