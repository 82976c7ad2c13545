"""Loads a file with the loader for its format."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
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
from ingest.source import Source, SourceFile

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


def read_source(source: Source | Path) -> SourceFile:
    """Read a source and its side file; raises SourceError if one of them cannot be read.

    A path is a source about which nothing else is known. A fetched page has no side file.
    """
    source = Source(source) if isinstance(source, Path) else source
    if source.data is not None:
        return SourceFile(dataclasses.replace(source, data=None), source.data)
    path, side = source.path, side_file_of(source.path)
    # Not side.exists(), which fails if only the longer name is too long.
    beside = file_bytes(side) if os.path.exists(side) else None
    return SourceFile(source, file_bytes(path), beside)


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
