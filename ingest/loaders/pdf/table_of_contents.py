"""Leaves out a PDF's table of contents."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.loaders.pdf.lines import PageLine, Table
from ingest.remark import Remark, RemarkKind

_LEADER = re.compile(r"(?:[.…・·․]\s?){3,}\s*[\divxl]+$|(?:\s?[.…・]){5,}\s*[\divxl]*$")
_CONTENTS = re.compile(
    r"(?:table of )?contents|目\s*次|inhalt(?:sverzeichnis)?|sommaire|table des matières|[íi]ndice"
    r"|contenido|sommario|目录|차례|目錄",
    re.IGNORECASE,
)


def without_contents(
    parts: Sequence[PageLine | Table],
) -> tuple[list[PageLine | Table], list[Remark]]:
    """Return the parts without a table of contents, and a remark if there is one."""
    listed = {
        n
        for n, part in enumerate(parts)
        if isinstance(part, PageLine) and _LEADER.search(part.text)
    }
    listed = {n for n in listed if n - 1 in listed or n + 1 in listed}
    said = {
        _title(part.text)
        for n, part in enumerate(parts)
        if isinstance(part, PageLine) and n not in listed
    }
    found = sum(_title(part.text) in said for n in listed if isinstance(part := parts[n], PageLine))
    if 2 * found < len(listed) or not listed:
        return list(parts), []
    title = parts[min(listed) - 1] if min(listed) else None
    if isinstance(title, PageLine) and _CONTENTS.fullmatch(title.text.strip()):
        listed.add(min(listed) - 1)
    page = parts[min(listed)].page
    text = "the table of contents is left out: the headings that it names are in the text"
    remark = Remark(line=page, kind=RemarkKind.LEFT_OUT, text=text)
    return [part for n, part in enumerate(parts) if n not in listed], [remark]


def _title(text: str) -> str:
    """Return the title in a line of a table of contents, for comparison with headings."""
    return re.sub(r"[\W_]+", "", _LEADER.sub("", text.strip())).lower()
