"""The bullet or number that a line begins with as an item of a list."""

from __future__ import annotations

import re
import unicodedata

from ingest.loaders.pdf.lines import PageLine

_BULLET = re.compile(r"\s*([•◦▪▫‣∙·*–-]|\uf0b7|\uf0a7)\s+(?=\S)|\s*[•・](?=[^\W\d])")
_NUMBER = re.compile(
    r"\s*(?:(\d{1,3})[.)]\s+|([０-９]{1,2})[.．)）、]\s*|[(（]([0-9０-９]{1,2})[)）]\s*|([①-⑳])\s*)"
    r"(?=\S)"
)


def marker_of(line: PageLine) -> re.Match[str] | None:
    """Return the bullet or number that a line begins with, if it does."""
    return None if line.code else _BULLET.match(line.text) or _NUMBER.match(line.text)


def number_of(marker: re.Match[str]) -> int | None:
    """Return a numbered item's number, None for a bullet."""
    if marker.re is not _NUMBER:
        return None
    digits = next(group for group in marker.groups() if group)
    return int(unicodedata.numeric(digits)) if len(digits) == 1 else int(digits)


def kind_of(marker: re.Match[str]) -> str:
    """Return what the markers of one list have in common."""
    return re.sub(r"\w+", "1", unicodedata.normalize("NFKC", marker[0].strip())) + (
        "①" if marker.re is _NUMBER and marker[4] else ""
    )
