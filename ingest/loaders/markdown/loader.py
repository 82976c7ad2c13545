"""Markdown files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ingest.document import Document
from ingest.loaders.decoding import decode
from ingest.loaders.markdown.rewriting import Line, Rewriter
from ingest.parse.matter.find import find_matter

_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\{%[^%]*%\}")


def load(path: Path, data: bytes) -> Document:
    """Return the document in a Markdown file's bytes; raises SourceError if it is not text."""
    decoded = decode(path, data)
    rewriter = Rewriter()
    written = [Line(text, n) for n, text in enumerate(decoded.text.split("\n"))]
    matter = find_matter(decoded.text, foreign=True)
    above = matter.lines if matter else 0
    written = [line._replace(text=_one_cell(line.text)) for line in written]
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


def _one_cell(line: str) -> str:
    """Return a line in which no template goes over two cells of a table."""
    if not line.lstrip().startswith("|"):
        return line
    return _TEMPLATE.sub(lambda match: re.sub(r"(?<!\\)\|", r"\\|", match[0]), line)
