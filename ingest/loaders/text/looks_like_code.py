"""Tells lines of code from prose in plain text."""

from __future__ import annotations

import re

from ingest.loaders.text.sentence import SENTENCE_END

_CODE_SHAPES = (
    re.compile(r"\barn:[\w-]*:"),
    re.compile(r"^[\"'][\w:.-]+[\"']\s*:\s*\S+"),
    re.compile(r"^[\[{}\]]+,?$"),
    re.compile(r"^[\w-]+:[A-Za-z*]+$"),
    re.compile(r"^[A-Z][a-z]+[A-Z]\w+$"),
    re.compile(r"^[$#>] \S"),
    re.compile(r"^(sudo |aws |git |npm |pip |docker |kubectl |curl |ssh |cd |ls |cat )\S"),
    re.compile(r"^[a-z][\w.-]*( [\w./:=-]+)* --?[a-z][\w-]*"),
    re.compile(r"^<\/?\w[^>]*>$"),
)


def looks_like_code(line: str) -> bool:
    """Whether a line is a command, an identifier, JSON or program output.

    A line that ends like a sentence, or has letters of a script other than Latin, is never code.
    """
    if not line.isascii() or SENTENCE_END.search(line):
        return False
    return any(shape.search(line) for shape in _CODE_SHAPES)
