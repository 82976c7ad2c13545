"""What is embedded besides chunks: each block, with the headings above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.model import Guide, Role, Section

# Characters of a block worth a vector, of its text that is embedded, and headings above it; by
# hand.
_MIN_CHARACTERS = 8
_MAX_CHARACTERS = 700
_HEADINGS = 2


def guide_blocks(guides: Sequence[Guide]) -> Iterator[tuple[int, str]]:
    """Yield the text of each block, with its section's row among all guides.

    The nearest headings are put before it, as a block says too little on its own.
    """
    row = 0
    for guide in guides:
        for section in guide.sections:
            heading = " > ".join(headings_of(guide, section)[-_HEADINGS:])
            for block in section.blocks:
                text = block.full_text.strip()
                if len(text) >= _MIN_CHARACTERS:
                    yield row, f"{heading}\n{text[:_MAX_CHARACTERS]}"
            row += 1


def headings_of(guide: Guide, section: Section) -> list[str]:
    """Return the guide's title and the headings down to the problem's own."""
    path = section.path if section.role is Role.WHOLE else section.problem_path
    if section.title:
        path = (*path[:-1], section.title)
    return list(dict.fromkeys(name for name in (guide.info.title, *path) if name.strip()))


def path_of(section: Section) -> tuple[str, ...]:
    """Return the headings down to a section, with its problem's title in place of the heading."""
    if not section.title:
        return section.path
    if section.role is Role.WHOLE:
        return (*section.path[:-1], section.title)
    at = max(len(section.problem_path) - 1, 0)
    named = bool(section.problem_path) and section.path[at : at + 1] == section.problem_path[at:]
    return (*section.path[:at], section.title, *section.path[at + named :])
