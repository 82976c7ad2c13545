"""`visible_to` outside of front matter, where it has no effect."""

from __future__ import annotations

import re

from ingest.document import Document
from ingest.errors import SourceError
from ingest.front_matter import SIDE_FILE

# As a key of YAML, TOML or JSON, with any kind of dash; "Visible to:" is prose.
_KEY = re.compile(
    r"""\ {0,3}(?:<<:\ *)?[{"']*(visible\\?[_\u2010-\u2015\u2212.-]?to)["']?\s*[:=：]""",
    re.IGNORECASE | re.VERBOSE,
)
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
# Lines at the top of a file; chosen by hand.
_LOOKED_AT = 40


def refuse_stray(document: Document, first: int) -> None:
    """Raise SourceError if one of the first lines, from `first` (0-based), is such a line.

    Code is exempt, and so is a guide whose side file has `visible_to`.
    """
    if document.side_file and document.side_file.visible_to:
        return
    fenced = False
    lines = document.markdown_lines[first : first + _LOOKED_AT]
    for number, line in enumerate(lines, first):
        fenced ^= _FENCE.match(line) is not None
        if not fenced and (key := _KEY.match(line)):
            raise SourceError(
                document.source,
                f"line {document.source_line(number)}: {key[1]!r} has no effect here. Write "
                "'visible_to: [CHANNEL]' between two --- lines at the very top, or in the side "
                f"file (NAME{SIDE_FILE})",
            )
