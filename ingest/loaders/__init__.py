"""One module a format: each turns a file's bytes into a Document of Markdown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders import markdown_file, text_file

Loader = Callable[[Path, bytes], Document]

LOADERS: dict[str, Loader] = {
    ".md": markdown_file.load,
    ".markdown": markdown_file.load,
    ".txt": text_file.load,
}


def load(path: Path) -> Document:
    """Return the document at `path`.

    Raises SourceError if the type is not supported or the file cannot be read.
    """
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
        known = ", ".join(sorted(LOADERS))
        raise SourceError(path, f"files of type {path.suffix or 'none'} cannot be read ({known})")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(path, f"cannot be read: {error.strerror or error}") from error
    return loader(path, data)
