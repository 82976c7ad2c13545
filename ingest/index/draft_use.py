"""How drafts that nobody has accepted yet are used, where they are enabled."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.parse.matter.apply import titled
from kb.model import Guide, Section


def with_draft_titles(guides: Sequence[Guide], drafts: bool) -> list[Guide]:
    """Return the guides with drafted titles for problems that have no written one.

    Without `drafts`, drafted titles from an earlier snapshot are removed.
    """
    return [_retitled(guide, drafts) for guide in guides]


def keywords_of(section: Section, drafts: bool) -> tuple[str, ...]:
    """Return a section's keywords, including drafted ones if `drafts` is set."""
    if not drafts or section.drafts is None:
        return section.keywords
    written = {word.casefold() for word in section.keywords}
    new = (word for word in section.drafts.keywords if word.casefold() not in written)
    return (*section.keywords, *new)


def _retitled(guide: Guide, drafts: bool) -> Guide:
    drafted = {each.drafts.title for each in guide.sections if each.drafts and each.drafts.title}
    if not drafted:
        return guide
    written = [
        section.model_copy(update={"title": None}) if section.title in drafted else section
        for section in guide.sections
    ]
    sections = titled(written, lambda section: section.title or _drafted(section, drafts))
    return guide.model_copy(update={"sections": sections})


def _drafted(section: Section, drafts: bool) -> str | None:
    return section.drafts.title if drafts and section.drafts else None
