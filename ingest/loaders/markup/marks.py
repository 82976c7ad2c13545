"""Private-use characters that stand for structure until a text is Markdown."""

from __future__ import annotations

import re

BREAK = "\ue002"
"""A line break set by the author."""
PART = "\ue003"
"""A boundary between parts of a table cell, such as paragraphs or list items."""

PLACE = re.compile("\ue000(\\d+)\ue001")
"""The delimiter around a number: the source place of the text after it."""

FOREIGN = re.compile("[\ue000-\ue003]")
"""Matches such characters in a source itself."""


def place_mark(where: int) -> str:
    """Return the mark that gives the source place of the text after it."""
    return f"\ue000{where}\ue001"
