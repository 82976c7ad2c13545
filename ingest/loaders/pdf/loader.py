"""PDF files. Their lines are pages."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pdfplumber
from bs4 import BeautifulSoup, Tag
from pdfminer.pdfdocument import PDFNoOutlines, PDFPasswordIncorrect
from pdfplumber.pdf import PDF

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders.html_to_markdown import to_markdown
from ingest.loaders.pdf.pages import read_pages
from ingest.loaders.pdf.to_html import to_html
from kb.model import SourceUnit


def load(path: Path, data: bytes) -> Document:
    """Load a PDF; raises SourceError if it cannot be read, is protected or has no text."""
    try:
        # Closing it would load all of its pages at once, including broken ones.
        pdf = pdfplumber.open(io.BytesIO(data))
        pages = read_pages(pdf)
        html = to_html(pages, _outline(pdf))
    # A broken file can raise anything inside the library.
    except Exception as error:
        if _is(MemoryError, error):
            raise MemoryError from error  # the file may be fine
        if _is(PDFPasswordIncorrect, error):
            raise SourceError(
                path, "is password-protected. Save it without a password, and ingest it again"
            ) from error
        detail = str(error) or type(error).__name__
        raise SourceError(path, f"is not a PDF that can be read: {detail}") from error
    if not pages.parts:
        unnamed = any("letters" in remark.text for remark in pages.remarks)
        only = "glyphs without their characters" if unnamed else "pictures"
        raise SourceError(
            path,
            f"the guide is empty: the PDF holds no text, only {only}. Run OCR on it first",
        )
    page = BeautifulSoup(html, "html5lib")
    markdown, lines = to_markdown(page.body or page, _page)
    return Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown=markdown,
        lines=lines,
        unit=SourceUnit.PAGE,
        remarks=tuple(pages.remarks),
    )


def _is(kind: type[Exception], error: Exception) -> bool:
    """Whether an error is of a type; pdfplumber wraps those of pdfminer."""
    return any(isinstance(each, kind) for each in (error, *error.args))


def _outline(pdf: PDF) -> list[tuple[int, str]]:
    try:
        return [(level, str(title)) for level, title, *_ in pdf.doc.get_outlines()]
    except PDFNoOutlines:
        return []


def _page(tag: Tag) -> int | None:
    at = tag.get("data-at")
    return int(str(at)) if at else None
