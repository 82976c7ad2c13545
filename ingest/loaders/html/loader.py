"""Web pages, as they were saved or fetched."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bs4 import Tag

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders.decoding import decode
from ingest.loaders.html.web_page import guide_part, read_page, shift_code
from ingest.loaders.html_to_markdown import to_markdown


def load(path: Path, data: bytes) -> Document:
    """Return the document in a page's bytes; raises SourceError if nothing is said in it."""
    text = _text(path, data)
    try:
        part = guide_part(read_page(text))
        if not part.tag.get_text().strip():
            raise SourceError(path, "the page is empty: it holds no text that is not navigation")
        shift_code(part.tag, text)
        markdown, lines = to_markdown(part.tag, _line)
    except RecursionError as error:
        raise SourceError(path, "has more elements in each other than can be read") from error
    return Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown=markdown,
        lines=lines,
        language=part.language,
        remarks=part.remarks,
    )


def _text(path: Path, data: bytes) -> str:
    # A page may be in the encoding that it names itself.
    declared = read_page(data[:2048]).original_encoding if not _is_utf8(data) else None
    if declared:
        try:
            data = data.decode(declared).encode()
        except (LookupError, UnicodeDecodeError) as error:
            raise SourceError(path, f"is not in the encoding that it names: {error}") from error
    return decode(path, data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _line(tag: Tag) -> int | None:
    return tag.sourceline
