"""Labels that divide a section as headings would: "Symptoms: …", 「【対処法】」."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parse.inline import cut_spans, tidy
from ingest.parse.roles import is_bare, role_of
from kb.model import Block, BlockKind, Role

# Characters of a label, and of a problem's name after it; chosen by hand.
_LONGEST = 40
_LONGEST_NAME = 80
# A label at the start of a paragraph, and the punctuation around it.
_LABEL = re.compile(
    r"^\s*(?:[【〔＜〈《≪［\[]\s*([^】〕＞〉》≫］\]]{1,40})\s*[】〕＞〉》≫］\]]\s*[:：]?"
    r"|([^:：。.!?]{1,40})[:：])\s*"
)


@dataclass
class Labelled:
    """The blocks under a label; those before the first label have "".

    `names` means that the label gives the symptoms, and so names a problem: its resolution is one
    level below.
    """

    label: str
    blocks: list[Block] = field(default_factory=list)
    names: bool = False


def split_at_labels(blocks: Sequence[Block]) -> list[Labelled]:
    """Split a section's blocks at labels that introduce a resolution or a cause.

    Nothing is split unless one label introduces a resolution and another something else.
    """
    labels = [_label(block) for block in blocks]
    roles = {role_of(found[0]) for found in labels if found and is_bare(found[0])}
    if Role.RESOLUTION not in roles or not roles & {Role.SYMPTOMS, Role.CAUSE}:
        return [Labelled("", list(blocks))]
    named = _named_by_symptoms(blocks, labels)
    cut = [Labelled("")]
    for block, found in zip(blocks, labels, strict=True):
        if found and (is_bare(found[0]) or _is_bold(block)):
            rest = tidy(cut_spans(block.spans, found[1]))
            if named and role_of(found[0]) is Role.SYMPTOMS:
                cut.append(Labelled("".join(span.text for span in rest), names=True))
            else:
                cut.append(Labelled(found[0]))
            if not rest and not block.children:
                continue
            kind = BlockKind.PARAGRAPH if block.kind is BlockKind.CAPTION else block.kind
            block = block.model_copy(update={"spans": rest, "kind": kind})
        cut[-1].blocks.append(block)
    return [each for each in cut if each.blocks]


def _named_by_symptoms(blocks: Sequence[Block], labels: Sequence[tuple[str, int] | None]) -> bool:
    """Whether several problems follow each other, each named by its symptoms."""
    symptoms = [
        block.text[found[1] :].strip()
        for block, found in zip(blocks, labels, strict=True)
        if found and role_of(found[0]) is Role.SYMPTOMS and is_bare(found[0])
    ]
    return len(symptoms) > 1 and all(0 < len(text) <= _LONGEST_NAME for text in symptoms)


def _label(block: Block) -> tuple[str, int] | None:
    """Return the text of the label that a paragraph begins with, and the label's end."""
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.CAPTION):
        return None
    text = block.text
    if match := _LABEL.match(text):
        return (match[1] or match[2]).strip(), match.end()
    bold = block.spans[0].text if block.spans and block.spans[0].bold else ""
    if bold and len(bold) <= _LONGEST and (len(block.spans) == 1 or is_bare(bold)):
        return bold.strip(), len(bold)
    return None


def _is_bold(block: Block) -> bool:
    return bool(block.spans) and block.spans[0].bold
