"""Which rules a line may be for, by the character that it begins with.

There are many rules, and nearly all lines are for none of them: so the parser asks once a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

BlockRule = Callable[[StateBlock, int, int, bool], bool]
INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
"""What a rule may end without a blank line above it."""


def add_rules(md: MarkdownIt, rules: Sequence[tuple[str, BlockRule]]) -> None:
    """Add rules for lines, each with the characters that such lines begin with."""
    by_start: dict[str, list[BlockRule]] = {}
    for characters, rule in rules:
        for character in characters:
            by_start.setdefault(character, []).append(rule)

    def any_of(state: StateBlock, first: int, end: int, silent: bool) -> bool:
        at = state.bMarks[first] + state.tShift[first]
        found = by_start.get(state.src[at : at + 1])
        if found is None or state.is_code_block(first):
            return False
        return any(rule(state, first, end, silent) for rule in found)

    md.block.ruler.before("fence", "dialects", any_of, INTERRUPTS)
