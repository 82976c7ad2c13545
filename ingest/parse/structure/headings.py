"""Finds a text's headings by evidence from the whole text."""

from __future__ import annotations

from ingest.parse.structure.bare_lines import announcing, bare
from ingest.parse.structure.bold_lines import bold
from ingest.parse.structure.evidence import Family, FoundHeadings, Text, is_like_heading
from ingest.parse.structure.marked_lines import answers, marked, over_dotted, questions
from ingest.parse.structure.numbered_lines import numbered
from ingest.parse.structure.units import UnitKind


def find_headings(text: Text) -> FoundHeadings:
    """Return which lines are headings, and which begin the answer to a question."""
    found = FoundHeadings()
    for finder in (questions, marked, over_dotted, bold, bare, announcing, numbered):
        found.families |= finder(text, found)
    found.answers = set(answers(text, found))
    found.title = _title(text, found)
    return found


def levels(text: Text, found: FoundHeadings) -> dict[int, int]:
    """Return the headings' levels: families that appear later are deeper."""
    level: dict[int, int] = {}
    base, above = 1, list[Family]()
    for position, unit in enumerate(text.units):
        if unit.kind is UnitKind.HEADING:
            base, above = max(1, unit.level), []
        elif position == found.title:
            level[position] = 1
        elif family := found.families.get(position):
            if unit.mark and family[0] == "#":
                level[position], above = unit.mark.depth, []
                base = unit.mark.depth
                continue
            above = above[: above.index(family)] if family in above else above
            above.append(family)
            level[position] = base + len(above)
    return level


def _title(text: Text, found: FoundHeadings) -> int | None:
    """Return the first line if it is the text's title: above the first heading."""
    first = text.units[0] if text.units else None
    if first is None or first.kind is not UnitKind.LINE or not found.families:
        return None
    alone = len(text.units) > 1 and text.units[1].paragraph != first.paragraph
    if any(unit.kind is UnitKind.HEADING and unit.level == 1 for unit in text.units):
        return None
    following = text.units[1] if len(text.units) > 1 else first
    headed = 1 in found.families or following.kind is UnitKind.HEADING
    same = found.families.get(0) == found.families.get(1)
    if not alone or not is_like_heading(first) or (first.mark and not (headed and same)):
        return None
    # A heading of a kind of its own above all others is the title.
    alone = list(found.families.values()).count(found.families.get(0, ("", False))) == 1
    return 0 if headed or alone or 0 not in found.families else None
