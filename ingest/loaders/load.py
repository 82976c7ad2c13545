"""Loads a file with the loader for its format."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.document import Document
from ingest.errors import SourceError, unreadable
from ingest.front_matter import SideFile, read_side_file, side_file_of
from ingest.loaders.decoding import decode
from ingest.loaders.docx import loader as docx
from ingest.loaders.file_bytes import file_bytes
from ingest.loaders.html import loader as html
from ingest.loaders.markdown import loader as markdown
from ingest.loaders.pdf import loader as pdf
from ingest.loaders.text import loader as text

Loader = Callable[[Path, bytes], Document]

LOADERS: dict[str, Loader] = {
    ".md": markdown.load,
    ".markdown": markdown.load,
    ".txt": text.load,
    ".html": html.load,
    ".htm": html.load,
    ".docx": docx.load,
    ".pdf": pdf.load,
}


@dataclass(frozen=True)
class SourceFile:
    """A file's bytes, read once, so that everything derived from it has the same content.

    `beside` are the bytes of its side file, if there is one.
    """

    path: Path
    data: bytes
    beside: bytes | None = None


def read_source(path: Path) -> SourceFile:
    """Read a file and its side file; raises SourceError if one of them cannot be read."""
    side = side_file_of(path)
    # Not side.exists(), which fails if only the longer name is too long.
    return SourceFile(path, file_bytes(path), file_bytes(side) if os.path.exists(side) else None)


def load(source: SourceFile) -> Document:
    """Return a file's document, with the metadata from its side file.

    Raises SourceError if the type is not supported, or a file's content is invalid.
    """
    loader = LOADERS.get(source.path.suffix.lower())
    if loader is None:
        known = ", ".join(sorted(LOADERS))
        raise SourceError(
            source.path,
            f"files of type {source.path.suffix or 'none'} are not supported ({known} are)",
        )
    try:
        document = loader(source.path, source.data)
        return dataclasses.replace(document, side_file=_side_file(source))
    except SourceError:
        raise
    # Broken files can raise anything inside the libraries.
    except Exception as error:
        raise SourceError(source.path, unreadable(error)) from error


def _side_file(source: SourceFile) -> SideFile | None:
    if source.beside is None or not source.beside.strip():
        return None
    path = side_file_of(source.path)
    return read_side_file(path, decode(path, source.beside).text)
