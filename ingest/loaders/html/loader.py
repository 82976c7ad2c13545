"""Web pages, saved or fetched."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bs4 import Tag
from bs4.dammit import EncodingDetector

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders.decoding import Decoded, decode
from ingest.loaders.html.size import too_much
from ingest.loaders.html.web_page import guide_part, read_page, shift_code
from ingest.loaders.html_to_markdown import to_markdown

# Bytes; the HTML standard wants the encoding declared in the first 1024.
_HEAD = 4096


def load(path: Path, data: bytes) -> Document:
    """Load a page; raises SourceError if it has no text, or is too large or too deeply nested."""
    decoded = _decoded(path, data)
    if reason := too_much(decoded.text):
        raise SourceError(path, reason)
    try:
        part = guide_part(read_page(decoded.text))
        if not part.tag.get_text().strip():
            raise SourceError(path, "the page is empty: it holds no text that is not navigation")
        shift_code(part.tag, decoded.text)
        markdown, lines = to_markdown(part.tag, _line)
    except RecursionError as error:
        raise SourceError(path, "is nested too deeply to be read") from error
    return Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown=markdown,
        lines=lines,
        language=part.language,
        remarks=(*decoded.remarks, *part.remarks),
    )


def _decoded(path: Path, data: bytes) -> Decoded:
    # A page declares its encoding near its top.
    declared = EncodingDetector.find_declared_encoding(data[:_HEAD], is_html=True)
    return decode(path, data, declared)


def _line(tag: Tag) -> int | None:
    return tag.sourceline
