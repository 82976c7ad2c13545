"""Plain text files: pages saved without markup, Markdown with a .txt suffix, and typed texts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from ingest.document import Document
from ingest.loaders.decoding import decode
from ingest.loaders.text.recovery import is_saved_page, recover
from ingest.loaders.text.typed import read_typed

_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)
_BOLD = re.compile(r"\*\*[^*\n]+\*\*")
_TABLE = re.compile(r"^\|?\s*:?-{3,}:?\s*\|", re.MULTILINE)
_LINK = re.compile(r"\[[^\]\n]+\]\(https?://")
# One may be there by chance; chosen by hand.
_SEVERAL = 2


def load(path: Path, data: bytes) -> Document:
    """Load a text file; raises SourceError if it is not text or is empty."""
    decoded = decode(path, data)
    document = Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown=decoded.text,
        remarks=decoded.remarks,
    )
    if is_saved_page(decoded.text):
        page = recover(decoded.text)
        return replace(document, markdown=page.markdown, lines=page.lines, see_also=page.see_also)
    if _is_markdown(decoded.text):
        return document
    typed = read_typed(decoded.text)
    return replace(
        document,
        markdown="\n".join(typed.markdown),
        lines=tuple(typed.lines),
        typed=True,
        remarks=(*decoded.remarks, *typed.remarks),
    )


def _is_markdown(text: str) -> bool:
    """Whether a text is Markdown saved with a .txt suffix."""
    marks = (_HEADING, _FENCE, _BOLD, _LINK)
    return bool(_TABLE.search(text)) or any(len(m.findall(text)) >= _SEVERAL for m in marks)
