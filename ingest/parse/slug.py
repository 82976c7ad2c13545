"""Names for headings, as they stand in links."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str) -> str:
    """Return a heading's name in a link, as GitHub makes it: words of any script, hyphens."""
    folded = unicodedata.normalize("NFC", text).strip().lower()
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", folded)) or "section"


def unique(name: str, taken: dict[str, int]) -> str:
    """Return `name`, or it with the first free number behind it, and take it.

    `taken` has the last number that was given to each name.
    """
    free, number = name, taken.get(name, 1)
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken[name] = number
    taken.setdefault(free, 1)
    return free
