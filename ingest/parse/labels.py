"""Labels inside a section that cut it as headings would: "Symptoms: …", 「【対処法】」."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parse.inline import cut_spans, tidy
from ingest.parse.roles import is_bare, role_of
from kb.model import Block, BlockKind, Role

_LONGEST = 40
# A label that stands at the beginning of a paragraph, and what may stand round it.
_LABEL = re.compile(
    r"^\s*(?:[【\[]\s*([^】\]]{1,40})\s*[】\]]\s*[:：]?|([^:：。.!?]{1,40})[:：])\s*"
)


@dataclass
class Labelled:
    """The blocks under a label; those before the first have none."""

    label: str
    blocks: list[Block] = field(default_factory=list)


def split_at_labels(blocks: Sequence[Block]) -> list[Labelled]:
    """Return a section's blocks, cut where labels say that what to do, or why, begins.

    Nothing is cut unless one label says what to do, and another something else.
    """
    labels = [_label(block) for block in blocks]
    roles = {role_of(found[0]) for found in labels if found and is_bare(found[0])}
    if Role.RESOLUTION not in roles or not roles & {Role.SYMPTOMS, Role.CAUSE}:
        return [Labelled("", list(blocks))]
    cut = [Labelled("")]
    for block, found in zip(blocks, labels, strict=True):
        if found and (is_bare(found[0]) or _is_bold(block)):
            cut.append(Labelled(found[0]))
            rest = tidy(cut_spans(block.spans, found[1]))
            if not rest and not block.children:
                continue
            kind = BlockKind.PARAGRAPH if block.kind is BlockKind.CAPTION else block.kind
            block = block.model_copy(update={"spans": rest, "kind": kind})
        cut[-1].blocks.append(block)
    return [each for each in cut if each.blocks]


def _label(block: Block) -> tuple[str, int] | None:
    """Return the label that a paragraph begins with, and where it ends."""
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
