"""Characters of private use that stand in a text until it is Markdown."""

from __future__ import annotations

import re

BREAK = "\ue002"
"""Where a line ends that its author ended."""
PART = "\ue003"
"""Where a cell of a table has a part of its own: a paragraph, an item of a list."""

PLACE = re.compile("\ue000(\\d+)\ue001")
"""Around a number: where the text behind it stands in the source."""

FOREIGN = re.compile("[\ue000-\ue003]")
"""Such characters where a source itself has them."""


def place_mark(where: int) -> str:
    """Return what says that the text behind it stands there in the source."""
    return f"\ue000{where}\ue001"
