"""Word documents. Their lines are paragraphs, counted from the top."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import mammoth
from bs4 import BeautifulSoup, Tag

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders.docx.blocks import (
    BULLET,
    CODE,
    DEPTHS,
    HEADING,
    NUMBER,
    QUOTE,
    TEXT,
    TITLE,
)
from ingest.loaders.docx.looks import CODE_RUN
from ingest.loaders.docx.package import PackageError
from ingest.loaders.docx.preparing import PLACE, prepared
from ingest.loaders.html_to_markdown import to_markdown
from kb.model import SourceUnit

_INSIDE = {depth: " > ".join(["ul|ol > li"] * depth) for depth in range(1, DEPTHS[-1] + 1)}
_STYLES = "\n".join(
    [
        f"p.{TITLE} => h1.title:fresh",
        *(f"p.{HEADING}{level} => h{level}:fresh" for level in range(1, 7)),
        f"p.{QUOTE} => blockquote > p:fresh",
        f"p.{CODE} => pre:separator('\\n')",
        f"r.{CODE_RUN} => code",
        *(f"p.{TEXT}{depth} => {_INSIDE[depth]} > p:fresh" for depth in DEPTHS),
        *(f"p.{CODE}{depth} => {_INSIDE[depth]} > pre:separator('\\n')" for depth in DEPTHS),
        *(
            f"p.{kind}{depth} => {_INSIDE[depth - 1] + ' > ' if depth > 1 else ''}{tag} > li:fresh"
            for kind, tag in ((NUMBER, "ol"), (BULLET, "ul"))
            for depth in DEPTHS
        ),
        "u => em",
    ]
)


# Signatures of files encrypted by Word ([MS-OFFCRYPTO] 2.3) and of old ones ([MS-CFB] 2.2).
_LOCKED = bytes.fromhex("D0CF11E0A1B11AE1")


def load(path: Path, data: bytes) -> Document:
    """Load a Word file; raises SourceError if it is not one, is protected or is empty."""
    if data.startswith(_LOCKED):
        raise SourceError(
            path,
            "is password-protected, or from Word 97-2003. Save it as .docx without a "
            "password, and ingest it again",
        )
    try:
        ready, remarks = prepared(data)
        html = mammoth.convert_to_html(
            io.BytesIO(ready),
            style_map=_STYLES,
            include_default_style_map=False,
            convert_image=mammoth.images.img_element(_no_image),
        ).value
    except PackageError as error:
        raise SourceError(path, str(error)) from error
    except MemoryError:
        raise  # the file may be fine
    # A broken file can raise anything inside the converter.
    except Exception as error:
        detail = str(error) or type(error).__name__
        raise SourceError(
            path, f"is not a Word document (.docx), or is damaged: {detail}"
        ) from error
    page = BeautifulSoup(html, "html5lib")
    body = page.body or page
    if not body.get_text().strip():
        raise SourceError(path, "the guide is empty: the document holds no text")
    _tidy(body)
    markdown, lines = to_markdown(body, _paragraph)
    return Document(
        source=str(path),
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        markdown=markdown,
        lines=lines,
        unit=SourceUnit.PARAGRAPH,
        remarks=tuple(remarks),
    )


def _no_image(image: object) -> dict[str, str]:
    return {"src": ""}


def _tidy(body: Tag) -> None:
    """Move what the marks say to where it belongs, and put the title above the headings."""
    for mark in body.find_all("a", id=PLACE):
        found = PLACE.fullmatch(str(mark["id"]))
        parent = mark.find_parent(["li", "p", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "td"])
        if found and parent:
            parent.attrs.setdefault("data-at", found[1])
            if found[2] and parent.name == "li":
                parent["value"] = found[2]
        mark.decompose()
    for first in body.select("ol > li:first-child[value]"):
        if first.parent:
            first.parent["start"] = str(first["value"])
    for heading in body.find_all(["h1", "h2", "h3", "h4", "h5", "h6"]):
        names = [a for a in heading.find_all("a", id=True) if not a.get_text()]
        if names and not heading.get("id"):
            heading["id"] = str(names[0]["id"])
    titles = body.select("h1.title")
    if len(titles) == 1 and len(body.find_all("h1")) > 1:
        for heading in body.find_all(["h1", "h2", "h3", "h4", "h5"]):
            if heading is not titles[0]:
                heading.name = f"h{int(heading.name[1]) + 1}"


def _paragraph(tag: Tag) -> int | None:
    at = tag.get("data-at")
    return int(str(at)) if at else None
