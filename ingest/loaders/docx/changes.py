"""Tracked changes: deletions and moves away are removed, insertions are kept."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ingest.loaders.docx.wordml import TR, P, child, name, parents

_GONE = tuple(name(f"w:{each}") for each in ("del", "moveFrom", "delText", "delInstrText"))
_PROPERTIES = tuple(name(f"w:{each}") for each in ("rPr", "trPr", "tcPr", "numPr", "pPr"))


def accept_changes(root: Element) -> None:
    """Remove what was deleted, merging paragraphs whose ends were."""
    above = parents(root)
    for element in list(root.iter()):
        if element.tag in _GONE and above[element].tag not in _PROPERTIES:
            above[element].remove(element)
    for row in list(root.iter(TR)):
        if child(row, "w:trPr", "w:del") is not None:
            above[row].remove(row)
    for paragraph in list(root.iter(P)):
        mark = child(paragraph, "w:pPr", "w:rPr")
        if child(mark, "w:del") is not None or child(mark, "w:moveFrom") is not None:
            _join_with_next(above[paragraph], paragraph)


def _join_with_next(parent: Element, paragraph: Element) -> None:
    siblings = list(parent)
    at = siblings.index(paragraph) if paragraph in siblings else len(siblings)
    following = siblings[at + 1] if at + 1 < len(siblings) else None
    content = [each for each in paragraph if each.tag != name("w:pPr")]
    if following is not None and following.tag == P:
        first = 1 if following.find(name("w:pPr")) is not None else 0
        following[first:first] = content
        parent.remove(paragraph)
    elif not content and len(siblings) > 1:
        parent.remove(paragraph)
