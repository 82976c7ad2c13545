"""Heading names as used in links."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str) -> str:
    """Return a heading's link name as GitHub derives it: words of any script, hyphens."""
    folded = unicodedata.normalize("NFC", text).strip().lower()
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", folded)) or "section"


def unique(name: str, taken: dict[str, int]) -> str:
    """Return `name`, with the lowest free number appended if it is taken, and register it.

    `taken` has the last number used for each name.
    """
    free, number = name, taken.get(name, 1)
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken[name] = number
    taken.setdefault(free, 1)
    return free
