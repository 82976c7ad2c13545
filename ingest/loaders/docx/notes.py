"""Footnotes and endnotes, moved to where a reader of a single step needs them."""

from __future__ import annotations

import copy
from xml.etree.ElementTree import Element

from ingest.loaders.docx.changes import accept_changes
from ingest.loaders.docx.fields import show_results
from ingest.loaders.docx.looks import Looks
from ingest.loaders.docx.package import Package
from ingest.loaders.docx.unwrapping import unwrap
from ingest.loaders.docx.wordml import (
    P_PR,
    P,
    field,
    name,
    own_elements,
    parents,
    run_of,
    runs,
    words,
)
from ingest.parse.inline import unspaced

_KINDS = ("footnote", "endnote")
_REFERENCES = tuple(name(f"w:{kind}Reference") for kind in _KINDS)


class Notes:
    """A file's notes by kind and id."""

    def __init__(self, package: Package) -> None:
        self._notes: dict[tuple[str, str], Element] = {}
        for kind in _KINDS:
            part = package.related(f"{kind}s")
            root = package.tree(part)
            if root is None or part is None:
                continue
            accept_changes(root)
            unwrap(root)
            show_results(root.iter(P))
            _name_links(root, package.targets(part))
            for note in root.iter(name(f"w:{kind}")):
                self._notes[name(f"w:{kind}Reference"), note.get(name("w:id")) or ""] = note

    def set_in(self, root: Element, looks: Looks, places: dict[Element, int]) -> None:
        """Put notes in brackets at the end of the paragraphs that refer to them.

        Those of headings and code go below them.
        """
        above = parents(root)
        for paragraph in list(root.iter(P)):
            content: list[Element] = []
            for note in self._referred(paragraph):
                content += _in_brackets(note, paragraph)
            if not content:
                continue
            if looks.is_heading(paragraph) or looks.is_code(paragraph):
                holder = Element(P)
                holder.extend(content)
                places[holder] = places[paragraph]
                at = list(above[paragraph]).index(paragraph)
                above[paragraph].insert(at + 1, holder)
            else:
                paragraph.extend(content)

    def _referred(self, paragraph: Element) -> list[Element]:
        found = []
        for run in runs(paragraph):
            for reference in [each for each in run if each.tag in _REFERENCES]:
                run.remove(reference)
                note = self._notes.get((reference.tag, reference.get(name("w:id")) or ""))
                if note is not None and words(note).strip():
                    found.append(note)
        return found


def _in_brackets(note: Element, paragraph: Element) -> list[Element]:
    before = words(paragraph).strip()
    wide = bool(before) and unspaced(before[-1])
    content: list[Element] = []
    for each in note.iter(P):
        inner = [copy.deepcopy(below) for below in each if below.tag != P_PR]
        content += [run_of(" "), *inner] if content else inner
    _strip_start(content)
    return [run_of("（" if wide else " ("), *content, run_of("）" if wide else ")")]


def _strip_start(content: list[Element]) -> None:
    holder = Element(P)
    holder.extend(content)
    for text in holder.iter(name("w:t")):
        text.text = (text.text or "").lstrip()
        if text.text:
            return


def _name_links(root: Element, targets: dict[str, str]) -> None:
    """Replace link ids with their targets, as ids mean nothing outside the document."""
    for paragraph in root.iter(P):
        for link in list(own_elements(paragraph, name("w:hyperlink"))):
            target = targets.get(link.attrib.pop(name("r:id"), ""))
            if target and link in list(paragraph):
                at = list(paragraph).index(link)
                paragraph[at : at + 1] = field(f'HYPERLINK "{target}"', list(link))
