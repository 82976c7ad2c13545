"""Markdown files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ingest.document import Document
from ingest.loaders.decoding import decode
from ingest.loaders.markdown.rewriting import PlacedLine, Rewriter, may_hold_tags
from ingest.parse.matter.find import find_matter

_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\{%[^%]*%\}")


def load(path: Path, data: bytes) -> Document:
    """Load a Markdown file; raises SourceError if it is not text or is empty."""
    decoded = decode(path, data)
    rewriter = Rewriter()
    lines = _rewritten(decoded.text, rewriter) if may_hold_tags(decoded.text) else None
    return Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown="\n".join(line.text for line in lines) if lines else decoded.text,
        lines=tuple(line.place + 1 for line in lines) if lines else None,
        dialects=True,
        remarks=(*decoded.remarks, *rewriter.remarks),
    )


def _rewritten(text: str, rewriter: Rewriter) -> list[PlacedLine]:
    matter = find_matter(text, foreign=True)
    above = matter.lines if matter else 0
    written = [PlacedLine(line, n) for n, line in enumerate(text.split("\n"))]
    below = [line._replace(text=_one_cell(line.text)) for line in written[above:]]
    return [*written[:above], *rewriter.rewritten(below)]


def _one_cell(line: str) -> str:
    """Return a line in which no template spans two table cells."""
    if not line.lstrip().startswith("|"):
        return line
    return _TEMPLATE.sub(lambda match: re.sub(r"(?<!\\)\|", r"\\|", match[0]), line)
