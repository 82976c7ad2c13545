"""Markdown files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.document import Document
from ingest.loaders.decoding import decode
from ingest.loaders.markdown.rewriting import Line, Rewriter
from ingest.parse.matter.find import find_matter


def load(path: Path, data: bytes) -> Document:
    """Return the document in a Markdown file's bytes; raises SourceError if it is not text."""
    decoded = decode(path, data)
    rewriter = Rewriter()
    written = [Line(text, n) for n, text in enumerate(decoded.text.split("\n"))]
    matter = find_matter(decoded.text, foreign=True)
    above = matter.lines if matter else 0
    lines = [*written[:above], *rewriter.rewritten(written[above:])]
    return Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown="\n".join(line.text for line in lines),
        lines=None if lines == written else tuple(line.place + 1 for line in lines),
        dialects=True,
        remarks=(*decoded.remarks, *rewriter.remarks),
    )
