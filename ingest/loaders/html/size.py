"""Limits on a page's number of elements and nesting depth, checked before parsing."""

from __future__ import annotations

import re

# Elements of a page, and how deep they are nested; chosen by hand.
_MAX_ELEMENTS = 100_000
_DEEPEST = 2_000
"""A browser-conformant parser takes time quadratic in the depth."""

# Elements with a mandatory end tag; the content of some is not markup.
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
    """Return which limit a page exceeds, or None."""
    elements = sum(1 for _ in _ELEMENT.finditer(page))
    if elements > _MAX_ELEMENTS:
        return f"has {elements} elements; at most {_MAX_ELEMENTS} are read per page. Split it."
    depth = 0
    for tag in _TAG.finditer(page):
        if tag["end"] is None:
            continue
        depth = max(0, depth - 1) if tag["end"] else depth + 1
        if depth > _DEEPEST:
            line = page.count("\n", 0, tag.start()) + 1
            return (
                f"is nested more than {_DEEPEST} elements deep at line {line}, which cannot be "
                "read. Perhaps end tags are missing."
            )
    return None
