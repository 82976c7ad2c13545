"""The blocks of sections that a model may write from, each with an id of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.answer.units import Label, Procedure, units
from kb.model import Block, BlockKind, GuideInfo, Section

_CODE = (BlockKind.CODE, BlockKind.TABLE)


@dataclass(frozen=True)
class Source:
    """A block of a section, as it is shown to the model.

    `place` orders the blocks; `procedure` is the one of its section's that it belongs to, `step`
    the number of its step in that.
    """

    id: str
    block: Block
    section: int
    place: int
    procedure: int | None = None
    step: int | None = None


@dataclass(frozen=True)
class Sources:
    """All blocks of the sections that an answer is from."""

    sections: tuple[tuple[Section, GuideInfo], ...]
    blocks: tuple[Source, ...]

    def get(self, block_id: str) -> Source | None:
        """Return the block with an id."""
        return next((source for source in self.blocks if source.id == block_id), None)

    def steps_of(self, section: int, procedure: int) -> list[Source]:
        """Return the blocks that are a procedure's steps, in order."""
        return [
            source
            for source in self.blocks
            if (source.section, source.procedure) == (section, procedure)
            and source.block.kind is BlockKind.STEP
            and "." not in source.block.id
        ]

    def about(self, section: int) -> str:
        """Return what a section is called: its guide's title and its headings."""
        found, guide = self.sections[section]
        return "\n".join((guide.title, *found.path, found.heading))

    def captions(self, section: int) -> list[str | None]:
        """Return the captions of a section's procedures."""
        return [caption for caption, _ in _procedures(self.sections[section][0])]


def number_blocks(sections: Sequence[tuple[Section, GuideInfo]]) -> Sources:
    """Give every block of some sections an id: b1, b2 and so on."""
    blocks: list[Source] = []
    for row, (section, _) in enumerate(sections):
        of_step: dict[str, tuple[int, int]] = {}
        for number, (_, procedure) in enumerate(_procedures(section)):
            for count, block in enumerate(procedure.blocks, 1):
                inside = [block.id, *(child.id for child in block.children)]
                of_step |= dict.fromkeys(inside, (number, block.number or count))
        for block, top in _walk(section.blocks):
            place = len(blocks)
            of = of_step.get(block.id) or of_step.get(top) or (None, None)
            blocks.append(Source(f"b{place + 1}", block, row, place, *of))
    return Sources(tuple(sections), tuple(blocks))


def _procedures(section: Section) -> list[tuple[str | None, Procedure]]:
    """Return a section's procedures, each with the label over it."""
    found: list[tuple[str | None, Procedure]] = []
    label: str | None = None
    for unit in units(section.blocks):
        if isinstance(unit, Label):
            label = unit.text
        elif isinstance(unit, Procedure):
            found.append((label, unit))
            label = None
    return found


def code_of(block: Block) -> tuple[Block, ...]:
    """Return what has to be shown with a block word for word: its code, and what holds code."""
    if block.kind in _CODE:
        return (block,)
    return tuple(child for child in block.children if _has_code(child))


def _has_code(block: Block) -> bool:
    own = any(span.code for span in block.spans)
    return block.kind in _CODE or own or any(_has_code(child) for child in block.children)


def _walk(blocks: Iterable[Block], top: str | None = None) -> Iterator[tuple[Block, str]]:
    for block in blocks:
        yield block, top or block.id
        yield from _walk(block.children, top or block.id)
