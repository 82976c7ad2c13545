"""Emphasis marks with a space on the inside: `**Yes **in`.

They are not emphasis in CommonMark
(https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis), but editors write them. The
words are kept without the marks.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

# A space at one end only: with both it is arithmetic.
_PAIR = re.compile(
    r"\*\*(?=[^\s*])(?P<behind>[^*\n]+?\s+)\*\*|\*\*\s+(?P<before>[^*\n]*?[^\s*])\*\*"
)


def loose_plugin(md: MarkdownIt) -> None:
    """Remove such pairs of marks; escaped ones are text."""
    md.core.ruler.before("text_join", "loose_emphasis", _without)


def _without(state: StateCore) -> None:
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text" and "**" in child.content:
                child.content = _PAIR.sub(_words, child.content)


def _words(pair: re.Match[str]) -> str:
    return pair["behind"] or pair["before"]
