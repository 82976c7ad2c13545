"""A Word file as a package of XML parts."""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

# Unpacked; chosen by hand, against zip bombs.
_MAX_BYTES = 200_000_000
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# The same namespaces in the standard's strict variant.
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": (
        b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}


class PackageError(ValueError):
    """A file is not a valid Word document. The message says why."""


@dataclass
class Package:
    """The parts of a Word file by name; `main` is the document's.

    A part is parsed on demand, so that a file with a broken picture or theme can still be read.
    """

    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]
    main: str = "word/document.xml"

    def tree(self, part: str | None) -> Element | None:
        """Return a part's root, if there is such a part; raises PackageError for declarations."""
        entry = self.parts.get(part or "")
        return None if entry is None else _parsed(_transitional(self.archive.read(entry)))

    def related(self, kind: str, part: str | None = None) -> str | None:
        """Return the name of the document's "styles", "footnotes" and so on, or None."""
        for each in self._relationships(part or self.main):
            if (each.get("Type") or "").endswith(f"/{kind}"):
                found = _joined(posixpath.dirname(part or self.main), each.get("Target") or "")
                if found in self.parts:
                    return found
        beside = _joined(posixpath.dirname(self.main), f"{kind}.xml")
        return beside if beside in self.parts else None

    def targets(self, part: str) -> dict[str, str]:
        """Return the targets of a part's relationships by id."""
        return {
            each.get("Id") or "": each.get("Target") or "" for each in self._relationships(part)
        }

    def with_document(self, document: Element) -> bytes:
        """Return the bytes of the Word file with another document, and its link targets."""
        folder, file = posixpath.split(self.main)
        links = self.tree(_joined(folder, f"_rels/{file}.rels"))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("word/document.xml", ElementTree.tostring(document, "utf-8"))
            if links is not None:
                archive.writestr(
                    "word/_rels/document.xml.rels", ElementTree.tostring(links, "utf-8")
                )
        return out.getvalue()

    def _relationships(self, part: str) -> list[Element]:
        folder, file = posixpath.split(part)
        root = self.tree(_joined(folder, f"_rels/{file}.rels"))
        return [] if root is None else list(root.iter(_RELATIONSHIP))


def read_package(data: bytes) -> Package:
    """Open a file's package; raises PackageError if it is protected, too large or no document."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > _MAX_BYTES:
        raise PackageError("is larger than 200 MB when unpacked")
    if any(entry.flag_bits & 1 for entry in entries):
        raise PackageError("is password-protected. Save it without a password, and ingest it again")
    package = Package(archive, {entry.filename.lstrip("/"): entry for entry in entries})
    for each in package._relationships(""):
        if (each.get("Type") or "").endswith("/officeDocument"):
            package.main = _joined("", each.get("Target") or "")
    if package.main not in package.parts:
        package.main = "word/document.xml"
    if package.main not in package.parts:
        raise PackageError("is not a Word document (.docx): it holds no word/document.xml")
    return package


def _joined(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _transitional(data: bytes) -> bytes:
    if b"purl.oclc.org/ooxml" in data:
        for strict, usual in _STRICT.items():
            data = data.replace(strict, usual)
    return data


class _Builder(ElementTree.TreeBuilder):
    """Builds an XML tree, and refuses declarations, which Word never writes."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise PackageError(
            "is not a Word document (.docx): its XML declares entities, which could "
            "expand without limit"
        )


def _parsed(data: bytes) -> Element:
    parser: Any = ElementTree.XMLParser(target=_Builder())
    parser.feed(data)
    root: Element = parser.close()
    return root
