"""Names for headings, as they stand in links."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str) -> str:
    """Return a heading's name in a link, as GitHub makes it: words of any script, hyphens."""
    folded = unicodedata.normalize("NFC", text).strip().lower()
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", folded)) or "section"


def unique(name: str, taken: set[str]) -> str:
    """Return `name`, or it with the first free number behind it, and take it."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free
