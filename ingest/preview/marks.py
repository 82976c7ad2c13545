"""Display names for blocks, remarks and counts."""

from __future__ import annotations

from ingest.preview.understood import Counts, Understood
from ingest.remark import Remark
from kb.model import Block, BlockKind, Role
from kb.text.counted import counted


def mark(block: Block) -> str:
    """Return a block's kind in a few words: "2.", "code bash", "table, 3 rows of 2"."""
    match block.kind:
        case BlockKind.STEP:
            return f"{block.number}."
        case BlockKind.BULLET:
            return "•"
        case BlockKind.PARAGRAPH:
            return "¶"
        case BlockKind.CODE:
            lines = block.text.count("\n") + 1
            named = f"code {block.info}" if block.info else "code"
            return named if lines == 1 else f"{named}, {lines} lines"
        case BlockKind.NOTE:
            return f"note “{block.label}”" if block.label else "note"
        case BlockKind.TABLE:
            return f"table, {counted(len(block.rows) - 1, 'row')} of {len(block.rows[0])}"
        case BlockKind.LINKS:
            return counted(len(block.children), "link")
        case _:
            return block.kind.value


def role_name(role: Role) -> str:
    """Return a section's role in its problem, or "" if it is the whole problem."""
    return "" if role is Role.WHOLE else role.value


def kind_name(remark: Remark) -> str:
    """Return a remark's kind."""
    return remark.kind.value.replace("-", " ")


def in_all(found: Understood) -> str:
    """Return the totals, as a sentence."""
    counts = counted_parts(found.counts)
    bad = counted(len(found.unread), "source cannot", "sources cannot")
    said = f"{counted(len(found.guides), 'guide')}: {', '.join(counts) or 'nothing in them'}"
    return f"{said}; {bad} be read." if found.unread else f"{said}."


def counted_parts(counts: Counts) -> list[str]:
    """Return the non-zero counts: ["2 problems", "1 step"]."""
    named = [
        (counts.problems, "problem", "problems"),
        (counts.steps, "step", "steps"),
        (counts.tables, "table", "tables"),
        (counts.code, "code block", "code blocks"),
        (counts.notes, "note", "notes"),
        (counts.remarks, "remark", "remarks"),
        (counts.unused, "text in no section", "texts in no section"),
    ]
    return [counted(number, one, several) for number, one, several in named if number]
