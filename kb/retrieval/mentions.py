"""Finds the problems that a text mentions, by a link or by a heading."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb.model import problem_heading
from kb.snapshot.format import SectionRow, Snapshot

# Bytes of UTF-8, so that four characters of Japanese count as a dozen letters. Shorter headings may
# occur by chance. Chosen by hand.
_MIN_QUOTE_BYTES = 12


def mentioned_problems(text: str, snapshot: Snapshot) -> list[str]:
    """Return the problems ("guide#anchor") that a text links to, or else quotes by heading."""
    sections = [snapshot.section(n) for n in range(snapshot.manifest.sections)]
    guides = snapshot.guides

    def names(rows: Iterable[SectionRow]) -> list[str]:
        firsts = (snapshot.section(row.problem) for row in rows)
        return list(dict.fromkeys(f"{guides[f.guide].id}#{f.section.anchor}" for f in firsts))

    linked = [row for row in sections if row.section.url and _links_to(row.section.url, text)]
    if linked:
        return names(linked)
    quoted: dict[str, list[SectionRow]] = {}
    for row in sections:
        heading = problem_heading(row.section, guides[row.guide])
        if len(heading.encode("utf-8")) >= _MIN_QUOTE_BYTES and _quotes(heading, text):
            quoted.setdefault(heading.casefold(), []).append(row)
    # "a lost card on a trip" also quotes "a lost card": the longer heading is meant.
    longest = [h for h in quoted if not any(h != other and h in other for other in quoted)]
    return names(row for heading in longest for row in quoted[heading])


def _links_to(url: str, text: str) -> bool:
    """Whether a text contains a URL, and not merely a longer one that starts with it."""
    return re.search(rf"{re.escape(url)}(?![\w/#?&=.-]*\w)", text) is not None


def _quotes(heading: str, text: str) -> bool:
    """Whether a text contains a heading, and not merely within longer words."""
    words = re.escape(heading)
    return re.search(rf"(?<![A-Za-z]){words}(?![A-Za-z])", text, re.IGNORECASE) is not None
