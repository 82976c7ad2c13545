"""Prepares a Word file for the converter, which knows few of Word's features."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from ingest.loaders.docx.blocks import Blocks
from ingest.loaders.docx.changes import accept_changes
from ingest.loaders.docx.fields import is_in_contents, show_results
from ingest.loaders.docx.fonts import Fonts
from ingest.loaders.docx.hidden import leave_out_hidden
from ingest.loaders.docx.looks import Looks
from ingest.loaders.docx.notes import Notes
from ingest.loaders.docx.numbering import Numbering
from ingest.loaders.docx.package import PackageError, read_package
from ingest.loaders.docx.styles import Styles
from ingest.loaders.docx.symbols import write_signs
from ingest.loaders.docx.text_boxes import set_out_text_boxes
from ingest.loaders.docx.unwrapping import leave_out_contents, take_remarks, unwrap
from ingest.loaders.docx.wordml import P_PR, P, name, own_elements, value, words
from ingest.remark import Remark

# Chosen by hand, as many as ingest.parse.caps allows blocks.
_MAX_PARAGRAPHS = 30_000

PLACE = re.compile(r"(?:[\w-]*-)?guidebot-(\d+)(?:-(\d+))?")
"""The name of the bookmark put into each paragraph: its number, and its number in its list."""


def prepared(data: bytes) -> tuple[bytes, list[Remark]]:
    """Return a Word file whose styles say what each paragraph is, and remarks on what is left out.

    Each paragraph gets a bookmark with its position. Raises PackageError as `read_package` does,
    and if there are too many paragraphs.
    """
    package = read_package(data)
    document = package.tree(package.main)
    bodies = [] if document is None else document.findall(name("w:body"))
    if document is None or not bodies:
        raise PackageError("is not a Word document (.docx): it has no body")
    body = bodies[0]
    for more in bodies[1:]:
        body.extend(more)
        document.remove(more)
    if (paragraphs := sum(1 for _ in body.iter(P))) > _MAX_PARAGRAPHS:
        raise PackageError(
            f"has {paragraphs} paragraphs; at most {_MAX_PARAGRAPHS} are read. Split it"
        )
    styles = Styles(package.tree(package.related("styles")))
    accept_changes(body)
    unwrap(body)
    set_out_text_boxes(body)
    places = {paragraph: n for n, paragraph in enumerate(body.iter(P), 1)}
    show_results(body.iter(P))
    _leave_out_contents_by_style(body, styles)
    remarks = [*take_remarks(body, places), *leave_out_hidden(body, styles, places)]
    looks = Looks(styles, Fonts(package.tree(package.related("fontTable"))), body)
    Notes(package).set_in(body, looks, places)
    write_signs(body, styles)
    looks.write(body)
    numbering = Numbering(package.tree(package.related("numbering")), styles)
    blocks = Blocks(styles, numbering, looks, places)
    blocks.write(body)
    _drop_dead_links(body, package.targets(package.main))
    _mark_places(body, blocks)
    return package.with_document(document), remarks


def _leave_out_contents_by_style(body: Element, styles: Styles) -> None:
    last = False
    for paragraph in body.iter(P):
        found = is_in_contents(styles.names(value(paragraph, "w:pPr", "w:pStyle")))
        if found and words(paragraph).strip():
            leave_out_contents(paragraph, remark=not last)
        last = found


def _drop_dead_links(body: Element, targets: dict[str, str]) -> None:
    for paragraph in body.iter(P):
        for link in own_elements(paragraph, name("w:hyperlink")):
            if link.get(name("r:id")) not in (None, *targets):
                del link.attrib[name("r:id")]


def _mark_places(body: Element, blocks: Blocks) -> None:
    for n, paragraph in enumerate(body.iter(P)):
        place = blocks.places.get(paragraph)
        if place is None or not (words(paragraph).strip() or paragraph in blocks.blank):
            continue
        number = blocks.numbers.get(paragraph)
        mark = f"guidebot-{place}" if number is None else f"guidebot-{place}-{number}"
        at = 1 if paragraph.find(P_PR) is not None else 0
        named = {name("w:id"): str(900_000 + n), name("w:name"): mark}
        paragraph.insert(at, Element(name("w:bookmarkStart"), named))
