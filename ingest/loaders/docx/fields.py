"""Fields: keeps the results that Word displays, not the instructions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ingest.loaders.docx.unwrapping import leave_out_contents
from ingest.loaders.docx.wordml import R_PR, R, T, name, own_elements, text_of

_CONTENTS = re.compile(r"\s*(?:TOC|TOA|INDEX)\b")
_SILENT = re.compile(r"\s*(?:XE|TC|TA|RD|SET|ASK)\b")
# How older versions of Word write a ruby annotation above its word.
_READING = re.compile(
    r"\s*EQ\b.*\\o\s*\\ad\s*\(\s*\\s\s*\\up\s*[\d.]+\s*\(.*?\)\s*[,;](.*)\)\s*$", re.S
)
_MARK, _INSTRUCTION = name("w:fldChar"), name("w:instrText")


@dataclass
class _Piece:
    """A piece of a run: text, a break, or a field mark."""

    paragraph: Element
    run: Element
    element: Element

    def remove(self) -> None:
        if self.element in list(self.run):
            self.run.remove(self.element)


@dataclass
class _Field:
    """A field, by the positions of its pieces in the document."""

    begin: int
    separate: int | None = None
    end: int | None = None
    instruction: str = ""
    within: list[int] = field(default_factory=list)


def show_results(paragraphs: Iterable[Element]) -> None:
    """Replace each field with its result; tables of contents are left out."""
    pieces = [
        _Piece(paragraph, run, element)
        for paragraph in paragraphs
        for run in own_elements(paragraph, R)
        for element in run
        if element.tag != R_PR
    ]
    contents: list[Element] = []
    for each in _fields(pieces):
        if each.end is None:
            for at in [each.begin, *each.within, *([each.separate] if each.separate else [])]:
                pieces[at].remove()
            continue
        code = range(each.begin + 1, each.separate or each.end)
        if _CONTENTS.match(each.instruction):
            contents.append(pieces[each.begin].paragraph)
            _remove(pieces, range(each.begin, each.end + 1))
        elif _SILENT.match(each.instruction):
            _remove(pieces, range(each.begin, each.end + 1))
        elif (found := _READING.match(each.instruction)) and not each.separate:
            pieces[each.begin].run.append(text_of(found[1]))
            _remove(pieces, range(each.begin, each.end + 1))
        else:
            _remove(pieces, (at for at in code if at not in each.within))
    for paragraph in contents:
        if not any(run.find(T) is not None for run in own_elements(paragraph, R)):
            leave_out_contents(paragraph)


def _fields(pieces: list[_Piece]) -> list[_Field]:
    fields: list[_Field] = []
    opened: list[_Field] = []
    for at, piece in enumerate(pieces):
        if piece.element.tag == _INSTRUCTION and opened and opened[-1].separate is None:
            opened[-1].within.append(at)
            opened[-1].instruction += piece.element.text or ""
        if piece.element.tag != _MARK:
            continue
        kind = piece.element.get(name("w:fldCharType"))
        if kind == "begin":
            opened.append(_Field(at))
            fields.append(opened[-1])
        elif kind == "separate" and opened:
            opened[-1].separate = at
        elif kind == "end" and opened:
            opened.pop().end = at
    return fields


def _remove(pieces: list[_Piece], places: Iterable[int]) -> None:
    for at in places:
        pieces[at].remove()


def is_in_contents(names: Iterable[str]) -> bool:
    """Whether any of these style names is for table-of-contents lines."""
    return any(re.fullmatch(r"toc \d|table of figures", each, re.IGNORECASE) for each in names)
