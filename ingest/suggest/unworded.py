"""Problems without any wordings of how people ask about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.model import Guide, Section, Wording, problem_heading
from kb.snapshot.format import Snapshot
from kb.text.counted import counted

# How many problems a message names; chosen by hand.
_MAX_NAMED = 5


@dataclass(frozen=True)
class Unworded:
    """First-section rows of problems without any wording, and of those with only pending drafts.

    Drafts that are used before they are reviewed count as wordings.
    """

    without: list[int]
    waiting: list[int]


def unworded_rows(
    problem_rows: Iterable[int], wordings: Iterable[Wording], sections: Sequence[Section]
) -> Unworded:
    """Return the problems without wordings; `sections` are those of all rows."""
    rows = [int(row) for row in problem_rows]
    none = set(rows) - {each.problem for each in wordings}
    drafted = {row for row, section in zip(rows, sections, strict=True) if _has_drafts(section)}
    return Unworded(sorted(none - drafted), sorted(none & drafted))


def unworded_in(snapshot: Snapshot) -> Unworded:
    """Return a snapshot's problems without wordings."""
    sections = [snapshot.section(row).section for row in range(snapshot.manifest.sections)]
    return unworded_rows(snapshot.problems, snapshot.wordings, sections)


def headings_of_rows(snapshot: Snapshot, rows: Iterable[int]) -> list[str]:
    """Return the names of a snapshot's problems, given the rows of their first sections."""
    found = [snapshot.section(row) for row in rows]
    return [problem_heading(row.section, snapshot.guides[row.guide]) for row in found]


def unworded_message(
    without: int, waiting: int, total: int, *, words: str = "", named: Sequence[str] = ()
) -> str:
    """Return the message about problems without wordings, empty if there is nothing to say.

    `words` are the arguments that select the guides in suggested commands; `named` are the headings
    of those without.
    """
    said = []
    if without:
        have = "has" if without == 1 else "have"
        of = counted(total, "problem")
        names = f": {_listed(named)}" if named else ""
        said.append(f"{without} of {of} {have} no wordings (guidebot suggest{words}){names}")
    if waiting:
        drafts = f"drafts for {counted(waiting, 'problem')} await review"
        said.append(f"{drafts} (guidebot suggest{words} --review)")
    return "; ".join(said)


def unworded_problems(guide: Guide) -> list[Section]:
    """Return the first sections of a guide's problems that have neither wordings nor drafts.

    What vocabulary packs would add is unknown before the guide is ingested.
    """
    some = by_problem(guide.sections)
    return [each[0] for each in some if not any(map(_is_worded, each)) and not _is_drafted(each)]


def drafted_problems(guide: Guide) -> list[Section]:
    """Return the first sections of a guide's problems that have nothing but drafts."""
    some = by_problem(guide.sections)
    return [each[0] for each in some if not any(map(_is_worded, each)) and _is_drafted(each)]


def gone_message(names: Sequence[str]) -> str:
    """Return the message about drafts whose sections no longer exist."""
    sections = "a section that is gone" if len(names) == 1 else "sections that are gone"
    return (
        f"drafts or empty entries for {_listed(names)}, {sections}: remove them, or they are "
        "dropped at the next import"
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MAX_NAMED]) + (", ..." if len(names) > _MAX_NAMED else "")


def first_sections(sections: Iterable[Section]) -> list[Section]:
    """Return the first section of each problem, in order."""
    return [some[0] for some in by_problem(sections)]


def by_problem(sections: Iterable[Section]) -> list[tuple[Section, ...]]:
    """Group sections by problem."""
    groups: dict[str, list[Section]] = {}
    for section in sections:
        groups.setdefault(_name(section), []).append(section)
    return [tuple(group) for group in groups.values()]


def _is_worded(section: Section) -> bool:
    return bool(section.also_asked)


def _is_drafted(sections: Sequence[Section]) -> bool:
    return any(map(_has_drafts, sections))


def _has_drafts(section: Section) -> bool:
    return bool(section.drafts and section.drafts.also_asked)


def _name(section: Section) -> str:
    return section.problem or section.anchor
