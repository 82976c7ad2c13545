"""The problems that nothing says how people ask about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.model import Guide, Section, Wording, problem_heading
from kb.snapshot.format import Snapshot

_MOST_NAMED = 5


def unworded_rows(problem_rows: Iterable[int], wordings: Iterable[Wording]) -> list[int]:
    """Return the rows of the problems' first sections that no wording is of."""
    return sorted({int(row) for row in problem_rows} - {each.problem for each in wordings})


def unworded_headings(snapshot: Snapshot) -> list[str]:
    """Return what the problems of a snapshot are called that have no wordings, in its order."""
    rows = unworded_rows(snapshot.problems, snapshot.wordings)
    found = [snapshot.section(row) for row in rows]
    return [problem_heading(row.section, snapshot.guides[row.guide]) for row in found]


def unworded_problems(guide: Guide, *, drafts: bool) -> list[Section]:
    """Return the first sections of a guide's problems that have no wordings of their own.

    With `drafts`, those that nobody has accepted yet are wordings, too. What vocabulary packs
    would add is not known before the guide is ingested.
    """
    worded = {
        section.problem or section.anchor
        for section in guide.sections
        if section.also_asked or (drafts and section.drafts and section.drafts.also_asked)
    }
    return first_sections(section for section in guide.sections if _name(section) not in worded)


def said_of_gone(names: Sequence[str]) -> str:
    """Return what people are told of drafts whose sections are gone."""
    listed = ", ".join(names[:_MOST_NAMED]) + (", ..." if len(names) > _MOST_NAMED else "")
    sections = "a section that is gone" if len(names) == 1 else "sections that are gone"
    return (
        f"drafts or empty places for {listed}, {sections}: take them out, or they are dropped "
        "at the next import"
    )


def first_sections(sections: Iterable[Section]) -> list[Section]:
    """Return the first section of each problem that some sections are of, in their order."""
    return [some[0] for some in by_problem(sections)]


def by_problem(sections: Iterable[Section]) -> list[tuple[Section, ...]]:
    """Return sections in groups, those of one problem together."""
    groups: dict[str, list[Section]] = {}
    for section in sections:
        groups.setdefault(_name(section), []).append(section)
    return [tuple(group) for group in groups.values()]


def _name(section: Section) -> str:
    return section.problem or section.anchor
