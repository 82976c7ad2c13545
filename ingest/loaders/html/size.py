"""How much a page has of elements, and how deep in each other, before anything is made of them."""

from __future__ import annotations

import re

_MOST = 100_000
_DEEPEST = 2_000
"""The time that a parser needs, by the rules of browsers, grows with the square of the depth."""

# Elements that only an end tag ends; what is between the tags of some is no markup.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|xmp)\b.*?(?:</(?P=raw)|\Z)"
    r"|<(?P<end>/?)(?:a|abbr|article|aside|b|big|blockquote|button|center|cite|code|del|details|div"
    r"|dl|em|fieldset|figure|font|footer|form|header|i|ins|kbd|label|main|mark|nav|nobr|ol|pre|q|s"
    r"|samp|section|small|span|strike|strong|sub|summary|sup|table|tt|u|ul|var)\b",
    re.IGNORECASE | re.DOTALL,
)
_ELEMENT = re.compile(r"<[a-z]", re.IGNORECASE)


def too_much(page: str) -> str | None:
    """Return of what a page has more than can be read, if it has."""
    elements = sum(1 for _ in _ELEMENT.finditer(page))
    if elements > _MOST:
        return f"has {elements} elements; at most {_MOST} are read of a page. Split it."
    depth = 0
    for tag in _TAG.finditer(page):
        if tag["end"] is None:
            continue
        depth = max(0, depth - 1) if tag["end"] else depth + 1
        if depth > _DEEPEST:
            line = page.count("\n", 0, tag.start()) + 1
            return (
                f"has more than {_DEEPEST} elements in each other at line {line}, which cannot be "
                "read. Perhaps they are never closed."
            )
    return None
