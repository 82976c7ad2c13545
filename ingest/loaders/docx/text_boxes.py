"""Text boxes, moved below the paragraphs they are anchored to."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ingest.loaders.docx.wordml import BLOCKS, TEXT_BOX, P, R, name, own_elements

HANGS = "hangs"
"""The mark of a paragraph that was in a text box."""


def set_out_text_boxes(container: Element) -> None:
    """Move the content of text boxes below the paragraphs they are anchored to, in order."""
    laid: list[Element] = []
    blocks = list(reversed(container))
    while blocks:
        block = blocks.pop()
        laid.append(block)
        if block.tag != P:
            set_out_text_boxes(block)
            continue
        content = [each for box in _boxes(block) for each in box if each.tag in BLOCKS]
        for each in content:
            each.set(HANGS, "1")
        blocks += reversed(content)
    container[:] = laid


def _boxes(paragraph: Element) -> list[Element]:
    boxes = []
    for holder in [paragraph, *own_elements(paragraph, R, name("w:hyperlink"))]:
        for box in holder.findall(TEXT_BOX):
            holder.remove(box)
            boxes.append(box)
    return boxes
