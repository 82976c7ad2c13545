"""A guide's tables: as a Slack table block where possible, else as aligned text.

https://docs.slack.dev/reference/block-kit/blocks/table-block
"""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import TableBlock

from bot.limits import TABLE_COLUMNS, TABLE_ROWS
from kb.text.width import text_width

# A table shares its message with the rest of the answer: about half of what fits.
_MAX_TABLE_CHARS = 5000
_MAX_CELL_CHARS = 1000
# Of the rule under the header: longer lines would wrap. Chosen by hand.
_MAX_RULE_CHARS = 60
# Slack refuses an empty cell.
_EMPTY = "\N{NO-BREAK SPACE}"

Rows = Sequence[Sequence[str]]


def table_block(rows: Rows) -> TableBlock | None:
    """Return a table block, its first row the header; None if the table is too large."""
    columns = max(map(len, rows), default=0)
    characters = sum(len(cell) for row in rows for cell in row)
    if not columns or columns > TABLE_COLUMNS or len(rows) > TABLE_ROWS:
        return None
    if characters > _MAX_TABLE_CHARS:
        return None
    wrapped = [{"is_wrapped": True}] * columns
    return TableBlock(rows=[_cells(row, columns) for row in rows], column_settings=wrapped)


def _cells(row: Sequence[str], columns: int) -> list[dict[str, str]]:
    whole = [*row, *[""] * (columns - len(row))]
    return [
        {"type": "raw_text", "text": cell.strip()[:_MAX_CELL_CHARS] or _EMPTY} for cell in whole
    ]


def aligned(rows: Rows) -> str:
    """Return a table as lines of text with aligned columns."""
    columns = max(map(len, rows), default=0)
    widths = [
        max((text_width(row[at]) for row in rows if at < len(row)), default=0)
        for at in range(columns)
    ]
    lines = [
        "  ".join(
            cell + " " * (widths[at] - text_width(cell)) for at, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]
    ruled = ["─" * min(sum(widths) + 2 * (columns - 1), _MAX_RULE_CHARS)] if len(rows) > 1 else []
    return "\n".join([*lines[:1], *ruled, *lines[1:]])
