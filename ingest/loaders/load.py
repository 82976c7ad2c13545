"""From a file to its Document, by the loader of its format."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from ingest.document import Document
from ingest.errors import SourceError
from ingest.front_matter import SideFile, read_side_file, side_file_of
from ingest.loaders.decoding import decode
from ingest.loaders.docx import loader as docx
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
