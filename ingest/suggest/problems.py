"""A guide's problems as used for drafting: their names, texts and checksums."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest.bounded.bounds import Bounds
from ingest.document import Document
from ingest.front_matter import side_file_of
from ingest.parse.matter.apply import gone_entries
from ingest.parse.roles import is_bare
from ingest.source import Source
from ingest.suggest.unworded import by_problem, first_sections
from kb.evaluation.golden import golden_file_of
from kb.model import Drafts, Guide, GuideInfo, Section, problem_heading

ENOUGH_WORDINGS = 10
"""A problem with this many of the docs team's own wordings needs no drafts; chosen by hand."""

MIN_WORDINGS = 5
"""With fewer drafted wordings, drafts are requested again; chosen by hand."""

# Hexadecimal digits, chosen by hand: few enough to copy, and enough to tell a guide's problems, or
# a problem's texts, apart.
_ID_DIGITS = 8
_SUM_DIGITS = 4
_CHECKSUM_DIGITS = 8


@dataclass(frozen=True)
class GuideFile:
    """A guide that is a local file, so that it can have a side file.

    `bounds` are the limits for reading it.
    """

    source: Source
    document: Document
    guide: Guide
    bounds: Bounds = Bounds()

    @property
    def path(self) -> Path:
        """Where the guide is."""
        return self.source.path

    @property
    def side(self) -> Path:
        """The path of the side file, whether or not it exists."""
        return side_file_of(self.path)

    @property
    def golden(self) -> Path:
        """The path of the guide's drafted golden questions, whether or not it exists."""
        return golden_file_of(self.path)

    @property
    def gone(self) -> list[str]:
        """The sections with drafts or entries in the side file that the guide no longer has."""
        return gone_entries(self.guide.sections, self.document.side_file)

    @cached_property
    def problems(self) -> tuple[ProblemToWord, ...]:
        """The guide's problems, in order."""
        guide = self.guide
        vague = _vague_names(guide)
        return tuple(
            ProblemToWord(guide.info, sections, vague) for sections in by_problem(guide.sections)
        )


@dataclass(frozen=True)
class ProblemToWord:
    """A section, or several that form one problem.

    `vague` are names shared by several problems of its guide.
    """

    info: GuideInfo
    sections: tuple[Section, ...]
    vague: frozenset[str] = frozenset()

    @property
    def anchor(self) -> str:
        """The anchor of its first section."""
        return self.sections[0].anchor

    @property
    def name(self) -> str:
        """The name used by golden questions: "guide#anchor"."""
        return f"{self.info.id}#{self.anchor}"

    @property
    def heading(self) -> str:
        """Its current name."""
        return problem_heading(self.sections[0], self.info)

    @cached_property
    def headings(self) -> frozenset[str]:
        """Its names and those of its sections, casefolded."""
        names = (self.heading, *(section.heading for section in self.sections))
        return frozenset(name.casefold() for name in names)

    @cached_property
    def text(self) -> str:
        """Its headings and all of its text."""
        return "\n\n".join(
            "\n".join([section.heading, *(block.full_text for block in section.blocks)])
            for section in self.sections
        )

    @cached_property
    def checksum(self) -> str:
        """The checksum of its text: 8 hex digits."""
        return problem_checksum(self.sections)

    @cached_property
    def key(self) -> str:
        """An identifier independent of its text: 8 hex digits."""
        parts = (self.info.id, self.info.language, self.anchor)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_ID_DIGITS]

    @property
    def id(self) -> str:
        """Its id in prompts and replies: its key, and the start of its checksum."""
        return f"{self.key}-{self.checksum[:_SUM_DIGITS]}"

    @property
    def written(self) -> tuple[str, ...]:
        """The docs team's own wordings."""
        return tuple(text for section in self.sections for text in section.also_asked)

    @property
    def keywords(self) -> tuple[str, ...]:
        """The docs team's own keywords."""
        return tuple(word for section in self.sections for word in section.keywords)

    @property
    def drafts(self) -> Drafts | None:
        """Its drafts, if any."""
        return next((section.drafts for section in self.sections if section.drafts), None)

    @property
    def wants_title(self) -> bool:
        """Whether neither its heading nor a written title says what it is about."""
        if self.sections[0].title:
            return False
        return not self.heading.strip() or is_bare(self.heading) or self.heading in self.vague

    @property
    def decided(self) -> bool:
        """Whether all drafts for the current text have been decided on."""
        drafts = self.drafts
        return bool(drafts and drafts.problem == self.checksum and not drafts.waiting)

    def wants_drafts(self, *, again: bool, few: bool = False) -> bool:
        """Whether drafts should be requested.

        With `again`, even if there are some for its text; with `few`, if there are few.
        """
        if len(self.written) >= ENOUGH_WORDINGS:
            return False
        if again or self.drafts is None or self.drafts.problem != self.checksum:
            return True
        if self.decided:
            return not self.written
        return few and len(self.written) + len(self.drafts.also_asked) < MIN_WORDINGS


def text_checksum(text: str) -> str:
    """Return the checksum that identifies a dropped draft: 8 hex digits, ignoring case."""
    return hashlib.sha256(text.casefold().encode()).hexdigest()[:_CHECKSUM_DIGITS]


def problem_checksum(sections: Sequence[Section]) -> str:
    """Return the checksum of a problem's text: 8 hex digits that change with any word."""
    digest = hashlib.sha256()
    for section in sections:
        for part in (section.heading, *(block.full_text for block in section.blocks)):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:_CHECKSUM_DIGITS]


def _vague_names(guide: Guide) -> frozenset[str]:
    """Return names shared by several problems, or one of several problems named like the guide."""
    names = Counter(problem_heading(each, guide.info) for each in first_sections(guide.sections))
    vague = {name for name, count in names.items() if count > 1}
    return frozenset(vague | ({guide.info.title} if names.total() > 1 else set()))
