"""Markdown files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.document import Document
from ingest.loaders.decoding import decode


def load(path: Path, data: bytes) -> Document:
    """Return the document in a Markdown file's bytes; raises SourceError if it is not text."""
    decoded = decode(path, data)
    return Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown=decoded.text,
        dialects=True,
        remarks=decoded.remarks,
    )
