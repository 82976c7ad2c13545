"""Marks of emphasis with a space inside them: `**Yes **in`.

They are none in CommonMark (https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis), and
editors write them all the same. The words stay, without the marks.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

# A space at one end, not at both: those are signs of arithmetic.
_PAIR = re.compile(
    r"\*\*(?=[^\s*])(?P<behind>[^*\n]+?\s+)\*\*|\*\*\s+(?P<before>[^*\n]*?[^\s*])\*\*"
)


def loose_plugin(md: MarkdownIt) -> None:
    """Leave out pairs of such marks; those that are escaped are words."""
    md.core.ruler.before("text_join", "loose_emphasis", _without)


def _without(state: StateCore) -> None:
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text" and "**" in child.content:
                child.content = _PAIR.sub(_words, child.content)


def _words(pair: re.Match[str]) -> str:
    return pair["behind"] or pair["before"]
