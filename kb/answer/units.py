"""Groups a section's blocks into units: a procedure, a list, a paragraph, code, a table, a note.

A unit is shown as a whole or not at all. Nothing here judges what is worth showing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.model import Block, BlockKind, Lines

_ATTACHED = (BlockKind.CODE, BlockKind.TABLE)
_LISTS = (BlockKind.BULLET, BlockKind.LINKS)

# The end of a paragraph that introduces the list, code or table under it.
_INTRODUCES = re.compile(
    r"[:：]\s*$|(?:以下|次)の[^。]*[。:：]?\s*$|\b(?:following|these steps)\b[^.]*[.:]?\s*$"
    r"|\bbelow[.:]?\s*$"
)
# A bold paragraph of up to this many characters is a label; chosen by hand.
_MAX_LABEL_CHARACTERS = 120


@dataclass(frozen=True)
class Label:
    """A caption, or a line in bold, that names what is under it."""

    block: Block

    @property
    def text(self) -> str:
        """The label without its colon."""
        return self.block.text.strip().rstrip(":：").strip()


@dataclass(frozen=True)
class Procedure:
    """A numbered list. `intro` is the paragraph that introduces it, if there is one."""

    blocks: tuple[Block, ...]
    intro: Block | None = None


@dataclass(frozen=True)
class Group:
    """The items of a list, or one other block, with the paragraph that introduces it."""

    blocks: tuple[Block, ...]
    intro: Block | None = None

    @property
    def kind(self) -> BlockKind:
        """The kind of its blocks."""
        return self.blocks[0].kind


Unit = Label | Procedure | Group


def units(blocks: Sequence[Block]) -> list[Unit]:
    """Return a section's units, in order; every block is in exactly one."""
    found: list[Unit] = []
    for block in _joined(_numbered_on(blocks)):
        last = found[-1] if found else None
        if is_label(block):
            found.append(Label(block))
        elif block.kind is BlockKind.STEP and isinstance(last, Procedure) and block.number != 1:
            found[-1] = Procedure((*last.blocks, block), last.intro)
        elif block.kind in _LISTS and isinstance(last, Group) and last.kind is block.kind:
            found[-1] = Group((*last.blocks, block), last.intro)
        else:
            leads = _takes_intro(block) and isinstance(last, Group) and introduces(last)
            intro = found.pop().blocks[0] if leads else None  # type: ignore[union-attr]
            kind = Procedure if block.kind is BlockKind.STEP else Group
            found.append(kind((block,), intro))
    return found


def is_label(block: Block) -> bool:
    """Whether a block only names what is under it: a caption, or a short line in bold."""
    if block.kind is BlockKind.CAPTION:
        return True
    bold = bool(block.spans) and all(span.bold for span in block.spans if span.text.strip(":： "))
    whole = block.kind is BlockKind.PARAGRAPH and not block.children
    return whole and bold and 0 < len(block.text.strip()) <= _MAX_LABEL_CHARACTERS


def introduces(unit: Group) -> bool:
    """Whether a unit is a paragraph that introduces what is under it."""
    block = unit.blocks[0]
    return (
        block.kind is BlockKind.PARAGRAPH
        and len(unit.blocks) == 1
        and unit.intro is None
        and bool(_INTRODUCES.search(block.text))
    )


def _numbered_on(blocks: Sequence[Block]) -> Sequence[Block]:
    """Return the blocks, numbering lists of one item each, all numbered 1, as one list.

    Text that is not indented ends a list in Markdown, so that "1. 1. 1." is often meant as one.
    """
    steps = [n for n, block in enumerate(blocks) if block.kind is BlockKind.STEP]
    alone = all(later - step > 1 for step, later in zip(steps, steps[1:], strict=False))
    ones = all(blocks[n].number == 1 for n in steps)
    named = not steps or any(
        is_label(block) or introduces(Group((block,))) for block in blocks[steps[0] :]
    )
    if len(steps) < 2 or not (alone and ones) or named:
        return blocks
    new = {n: number for number, n in enumerate(steps, 1)}
    return [
        block.model_copy(update={"number": new[n]}) if n in new else block
        for n, block in enumerate(blocks)
    ]


def _takes_intro(block: Block) -> bool:
    return block.kind in (BlockKind.STEP, *_ATTACHED, *_LISTS)


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks, with those between two steps of one procedure moved under the first.

    They belong there if the numbering continues; code or a table directly under a step always does.
    """
    at = 0
    while at < len(blocks):
        block = blocks[at]
        at += 1
        if block.kind is BlockKind.STEP:
            under = list(_under(blocks, at, block.number or 0))
            at += len(under)
            block = _with_children(block, under) if under else block
        yield block


def _under(blocks: Sequence[Block], at: int, number: int) -> Iterator[Block]:
    end = at
    while end < len(blocks) and blocks[end].kind is not BlockKind.STEP:
        if is_label(blocks[end]):
            break
        end += 1
    following = blocks[end] if end < len(blocks) else None
    goes_on = following is not None and (following.number or 0) > number
    for block in blocks[at:end]:
        if not goes_on and block.kind not in _ATTACHED:
            return
        yield block


def _with_children(step: Block, children: Sequence[Block]) -> Block:
    """Return a step with blocks that follow its list as its children."""
    lines = Lines(first=step.lines.first, last=max(step.lines.last, children[-1].lines.last))
    return step.model_copy(update={"children": (*step.children, *children), "lines": lines})
