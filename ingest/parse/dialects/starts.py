"""Selects the block rules that can match a line by its first character.

There are many rules, and almost no line matches any: this way the parser checks once per line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

BlockRule = Callable[[StateBlock, int, int, bool], bool]
INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
"""What a rule may interrupt without a blank line."""


def add_rules(md: MarkdownIt, rules: Sequence[tuple[str, BlockRule]]) -> None:
    """Add block rules, each with the characters its lines can begin with."""
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
