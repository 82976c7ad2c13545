"""Guides as short text, to write expected trees by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kb.model import Block, BlockKind, Section


def assert_tree(section: Section, expected: Sequence[str]) -> None:
    """Check a section's blocks: a line each, of kind, source lines and first words."""
    found = list(_lines(section.blocks, ""))
    matching = len(found) == len(expected) and all(
        line.startswith(beginning) for line, beginning in zip(found, expected, strict=True)
    )
    assert matching, "\n".join(found)


def _lines(blocks: Iterable[Block], indent: str) -> Iterator[str]:
    for block in blocks:
        kind = f"{block.number}." if block.kind is BlockKind.STEP else block.kind.value
        yield f"{indent}{kind} {block.lines} {block.text}"
        yield from _lines(block.children, indent + "  ")
