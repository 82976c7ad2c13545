"""What Word says of lists and its converter does not pass on: numbers, and what goes on."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

PLACE = re.compile(r"(?:[\w-]*-)?guidebot-(\d+)(?:-(\d+))?")
"""The name of a bookmark put into each paragraph: its number, and its number in its list."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEAST_INDENT = 360
"""Twentieths of a point: half of what a list indents by."""


def marked(data: bytes, code_styles: Collection[str]) -> bytes:
    """Return a Word file with a bookmark in each paragraph.

    Paragraphs that go on with an item of a list, by their indent or by a bullet without a
    sign, get a style that says so.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for prefix, uri in _namespaces(parts["word/document.xml"]):
        if not re.fullmatch(r"ns\d+", prefix):
            ElementTree.register_namespace(prefix, uri)
    document = ElementTree.fromstring(parts["word/document.xml"])
    _Marker(_Numbering(parts.get("word/numbering.xml")), _code_ids(parts, code_styles)).mark(
        document
    )
    parts["word/document.xml"] = ElementTree.tostring(document, "utf-8", xml_declaration=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@dataclass
class _Numbering:
    """The lists' definitions: which levels show a number, or nothing, and where they start."""

    xml: bytes | None
    levels: dict[tuple[str, int], tuple[str, str, int]] = field(default_factory=dict)
    starts: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        root = ElementTree.fromstring(self.xml) if self.xml else Element("none")
        abstract = {
            str(each.get(f"{_W}abstractNumId")): {
                int(level.get(f"{_W}ilvl") or 0): (
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText") or "",
                    int(_value(level, "start") or 1),
                )
                for level in each.iter(f"{_W}lvl")
            }
            for each in root.iter(f"{_W}abstractNum")
        }
        for number in root.iter(f"{_W}num"):
            name = str(number.get(f"{_W}numId"))
            for level, said in abstract.get(_value(number, "abstractNumId") or "", {}).items():
                self.levels[name, level] = said
            for override in number.iter(f"{_W}lvlOverride"):
                if start := _value(override, "startOverride"):
                    self.starts[name, int(override.get(f"{_W}ilvl") or 0)] = int(start)


@dataclass
class _Marker:
    numbering: _Numbering
    code: set[str]
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    level: int | None = None

    def mark(self, document: Element) -> None:
        for n, paragraph in enumerate(document.iter(f"{_W}p"), 1):
            number = self._number(paragraph)
            name = f"guidebot-{n}" if number is None else f"guidebot-{n}-{number}"
            properties = paragraph.find(f"{_W}pPr")
            at = 0 if properties is None else list(paragraph).index(properties) + 1
            start = Element(f"{_W}bookmarkStart", {f"{_W}id": str(900_000 + n), f"{_W}name": name})
            end = Element(f"{_W}bookmarkEnd", {f"{_W}id": str(900_000 + n)})
            paragraph.insert(at, start)
            paragraph.insert(at + 1, end)

    def _number(self, paragraph: Element) -> int | None:
        properties = paragraph.find(f"{_W}pPr")
        style = _value(properties, "pStyle") or ""
        listed = None if properties is None else properties.find(f"{_W}numPr")
        if listed is not None and (name := _value(listed, "numId")) not in (None, "0"):
            level = int(_value(listed, "ilvl") or 0)
            form, sign, start = self.numbering.levels.get((str(name), level), ("bullet", "•", 1))
            if not sign.strip() and self.level is not None and properties is not None:
                properties.remove(listed)
                self._continues(properties, style, min(level, self.level))
                return None
            self.level = level
            if form in ("bullet", "none"):
                return None
            for other in [key for key in self.counts if key[0] == name and key[1] > level]:
                del self.counts[other]
            first = self.numbering.starts.get((str(name), level), start)
            self.counts[str(name), level] = self.counts.get((str(name), level), first - 1) + 1
            return self.counts[str(name), level]
        indent = _indent(properties)
        if self.level is not None and indent >= _LEAST_INDENT and properties is not None:
            self._continues(properties, style, min(self.level, indent // 720))
        elif any(text.text for text in paragraph.iter(f"{_W}t")):
            self.level = None
        return None

    def _continues(self, properties: Element, style: str, level: int) -> None:
        kind = "Code" if style in self.code else "Text"
        found = properties.find(f"{_W}pStyle")
        if found is None:
            found = Element(f"{_W}pStyle")
            properties.insert(0, found)
        found.set(f"{_W}val", f"guidebot{kind}{level + 1}")


def _indent(properties: Element | None) -> int:
    found = None if properties is None else properties.find(f"{_W}ind")
    if found is None:
        return 0
    said = found.get(f"{_W}left") or found.get(f"{_W}start") or "0"
    return int(said) if said.isdigit() else 0


def _code_ids(parts: dict[str, bytes], names: Collection[str]) -> set[str]:
    if "word/styles.xml" not in parts:
        return set()
    styles = ElementTree.fromstring(parts["word/styles.xml"]).iter(f"{_W}style")
    return {str(each.get(f"{_W}styleId")) for each in styles if _value(each, "name") in names}


def _value(element: Element | None, name: str) -> str | None:
    found = None if element is None else element.find(f"{_W}{name}")
    return None if found is None else found.get(f"{_W}val")


def _namespaces(xml: bytes) -> list[tuple[str, str]]:
    return [pair for _, pair in ElementTree.iterparse(io.BytesIO(xml), ["start-ns"])]
