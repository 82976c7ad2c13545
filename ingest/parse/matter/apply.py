"""Applies a guide's metadata to its sections: wordings, keywords, titles and drafts."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.document import Document
from ingest.errors import SourceError
from ingest.front_matter import FrontMatter, SectionMatter, side_file_of
from kb.model import Drafts, Section

# How many sections a message names; chosen by hand.
_MAX_NAMED = 5
# difflib's ratio from which a section's name may be the one that was meant; chosen by hand.
_NEAR = 0.4


def gone_entries(sections: Sequence[Section], matter: FrontMatter | None) -> list[str]:
    """Return the names of sections with metadata that do not exist in the guide."""
    names = _names(sections)
    return [name for name in (matter.sections if matter else ()) if name not in names]


def refuse_gone(sections: Sequence[Section], in_guide: FrontMatter, document: Document) -> None:
    """Raise SourceError if hand-written metadata is for sections that do not exist.

    Generated drafts are no reason to stop.
    """
    beside = side_file_of(Path(document.source)).name
    gone: dict[str, str] = {}
    for where, matter in (("front matter", in_guide), (beside, document.side_file)):
        for name in gone_entries(sections, matter):
            if matter and matter.sections[name].by_hand:
                gone[name] = f"{name!r} ({where})"
    if not gone:
        return
    names = list(_names(sections))
    near = [each for name in gone for each in difflib.get_close_matches(name, names, 3, _NEAR)]
    there = list(dict.fromkeys(near)) or names[-_MAX_NAMED:]
    raise SourceError(
        document.source,
        f"sections: there are wordings, keywords or titles for sections that are not in the "
        f"guide: {', '.join(gone.values())}. Move each to an existing section "
        f"({', '.join(there)}), or remove it.",
    )


def with_matter(sections: Sequence[Section], matter: FrontMatter) -> tuple[Section, ...]:
    """Return the sections with their metadata from the docs team."""
    names = _names(sections)
    helps = [(0, SectionMatter(also_asked=matter.also_asked, keywords=matter.keywords))]
    for name, help_ in matter.sections.items():
        if name in names:
            helps.append((names[name], help_))
    found = list(sections)
    for n, help_ in helps:
        found[n] = found[n].model_copy(
            update={
                "also_asked": (*found[n].also_asked, *help_.also_asked),
                "keywords": (*found[n].keywords, *help_.keywords),
                "title": found[n].title or help_.title,
                "drafts": _drafts(help_) or found[n].drafts,
            }
        )
    return titled(found, lambda section: section.title)


def titled(
    sections: Sequence[Section], title_of: Callable[[Section], str | None]
) -> tuple[Section, ...]:
    """Return a guide's sections with problem titles, one per problem.

    It is the first that `title_of` returns for one of the problem's sections.
    """
    titles: dict[str, str] = {}
    for section in sections:
        if title := title_of(section):
            titles.setdefault(section.problem or section.anchor, title)
    return tuple(
        section
        if section.title == (title := titles.get(section.problem or section.anchor))
        else section.model_copy(update={"title": title})
        for section in sections
    )


def _names(sections: Sequence[Section]) -> dict[str, int]:
    """Return the names that sections can be referred to by: anchors, headings, problem names."""
    numbered = list(enumerate(sections))
    names = {s.problem_path[-1]: n for n, s in reversed(numbered) if s.problem_path}
    names |= {section.heading: n for n, section in reversed(numbered)}
    return names | {section.anchor: n for n, section in numbered}


def _drafts(matter: SectionMatter) -> Drafts | None:
    return Drafts.model_validate(matter.drafts.model_dump()) if matter.drafts else None
