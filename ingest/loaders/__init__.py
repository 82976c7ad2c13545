"""One module a format: each turns a file's bytes into a Document of Markdown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from ingest.document import Document
from ingest.errors import SourceError
from ingest.front_matter import SideFile, read_side_file, side_file_of
from ingest.loaders import docx_file, html_file, markdown_file, pdf_file, text_file
from ingest.loaders.text import decode

Loader = Callable[[Path, bytes], Document]

LOADERS: dict[str, Loader] = {
    ".md": markdown_file.load,
    ".markdown": markdown_file.load,
    ".txt": text_file.load,
    ".html": html_file.load,
    ".htm": html_file.load,
    ".docx": docx_file.load,
    ".pdf": pdf_file.load,
}


def load(path: Path) -> Document:
    """Return the document at `path`, and what the file beside it says of it.

    Raises SourceError if the type is not supported, or one of the files cannot be read.
    """
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
        known = ", ".join(sorted(LOADERS))
        raise SourceError(path, f"files of type {path.suffix or 'none'} cannot be read ({known})")
    document = loader(path, _bytes(path))
    return dataclasses.replace(document, side_file=_side_file(side_file_of(path)))


def _side_file(path: Path) -> SideFile | None:
    if not path.exists():
        return None
    data = _bytes(path)
    return read_side_file(path, decode(path, data)) if data.strip() else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(path, f"cannot be read: {error.strerror or error}") from error
