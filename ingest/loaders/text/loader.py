"""Plain text files, such as web pages saved without their markup."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.document import Document
from ingest.loaders.decoding import decode
from ingest.loaders.text.recovery import recover


def load(path: Path, data: bytes) -> Document:
    """Return the document in a text file's bytes; raises SourceError if it is not text."""
    decoded = decode(path, data)
    recovered = recover(decoded.text)
    return Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown=recovered.markdown,
        lines=recovered.lines,
        see_also=recovered.see_also,
        remarks=decoded.remarks,
    )
