"""Parsed sources, for preview: guides with their problems, and remarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ingest.bounded.bounds import Bounds
from ingest.bounded.read import read_bounded
from ingest.errors import SourceError
from ingest.lint.page import all_blocks
from ingest.loaders.load import read_source
from ingest.parse.outline import parse_with_remarks
from ingest.parse.parsed import Parsed
from ingest.preview.listing import Listing, listing_of
from ingest.preview.unused import Unused, unused, unused_rows
from ingest.reading import claim, document_of
from ingest.remark import Remark, RemarkKind
from ingest.source import SourceFile
from ingest.sources.files import Sources
from kb.model import BlockKind, Frozen, GuideInfo, Section, problem_heading
from kb.progress import TaskProgress, no_task_progress


class UnderstoodProblem(Frozen):
    """What an answer is about: its name, and the sections that belong to it, in order."""

    heading: str
    sections: tuple[Section, ...]


class Counts(Frozen):
    """Totals for one guide or several."""

    problems: int = 0
    sections: int = 0
    steps: int = 0
    bullets: int = 0
    tables: int = 0
    code: int = 0
    notes: int = 0
    remarks: int = 0
    unused: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Return the sum of both."""
        mine, theirs = self.model_dump(), other.model_dump()
        return Counts(**{name: mine[name] + theirs[name] for name in mine})


class UnderstoodGuide(Frozen):
    """A parsed guide.

    `encoding` is a remark on the source's encoding, if it is worth one; `remarks` are the others.
    `unused` is text that is in no section. `refusal` says why an ingest would refuse the guide
    although it could be parsed. `listing` is the source, to show next to it.
    """

    info: GuideInfo
    counts: Counts
    problems: tuple[UnderstoodProblem, ...]
    encoding: str | None = None
    remarks: tuple[Remark, ...] = ()
    unused: tuple[Unused, ...] = ()
    unused_rows: tuple[int, ...] = ()
    refusal: str | None = None
    listing: Listing


class Unread(Frozen):
    """A source that cannot be read, and why."""

    source: str
    reason: str


class Understood(Frozen):
    """The parsed sources; `passed_over` are files that are not guides."""

    guides: tuple[UnderstoodGuide, ...]
    unread: tuple[Unread, ...] = ()
    passed_over: tuple[str, ...] = ()

    @property
    def counts(self) -> Counts:
        """The totals of all guides."""
        return sum((guide.counts for guide in self.guides), Counts())

    def as_json(self) -> str:
        """Return it as JSON for programs, without what only the page shows."""
        shown = {"listing", "unused_rows"}
        return self.model_dump_json(indent=2, exclude={"guides": {"__all__": shown}})

    @property
    def is_good(self) -> bool:
        """Whether an ingest would accept all sources."""
        return not self.unread and not any(guide.refusal for guide in self.guides)


def understand(
    sources: Sources,
    progress: TaskProgress = no_task_progress,
    bounds: Bounds | None = None,
) -> Understood:
    """Parse every file, collecting errors rather than stopping at the first."""
    guides: list[UnderstoodGuide] = []
    unread = [Unread(source=error.source, reason=error.reason) for error in sources.errors]
    owners: dict[tuple[str, str], str] = {}
    for done, source in enumerate(sources.found, 1):
        try:
            guide = read_bounded(understand_file, read_source(source), bounds or Bounds())
        except SourceError as error:
            unread.append(Unread(source=source.label or error.source, reason=error.reason))
        else:
            guides.append(guide.model_copy(update={"refusal": _refusal(guide.info, owners)}))
        progress("Reading", done, len(sources.found))
    passed_over = tuple(str(path) for path in sources.passed_over)
    return Understood(guides=tuple(guides), unread=tuple(unread), passed_over=passed_over)


def understand_file(file: SourceFile) -> UnderstoodGuide:
    """Parse a file for preview; raises SourceError if it cannot be read."""
    document = document_of(file)
    return understood(parse_with_remarks(document), listing_of(file, document))


def understood(parsed: Parsed, listing: Listing) -> UnderstoodGuide:
    """Return a guide with its sections by problem, its counts, and its unused text."""
    guide = parsed.guide
    encodings = [each.text for each in parsed.remarks if each.kind is RemarkKind.ENCODING]
    remarks = tuple(each for each in parsed.remarks if each.kind is not RemarkKind.ENCODING)
    rows = unused_rows(listing, guide, remarks)
    left = tuple(unused(listing, rows))
    problems = tuple(_problems(guide.sections, guide.info))
    kinds = Counter(
        block.kind for section in guide.sections for block in all_blocks(section.blocks)
    )
    return UnderstoodGuide(
        info=guide.info,
        counts=Counts(
            problems=len(problems),
            sections=len(guide.sections),
            steps=kinds[BlockKind.STEP],
            bullets=kinds[BlockKind.BULLET],
            tables=kinds[BlockKind.TABLE],
            code=kinds[BlockKind.CODE],
            notes=kinds[BlockKind.NOTE],
            remarks=len(parsed.remarks),
            unused=len(left),
        ),
        problems=problems,
        encoding="; ".join(encodings) or None,
        remarks=remarks,
        unused=left,
        unused_rows=tuple(rows),
        listing=listing,
    )


def _problems(sections: Iterable[Section], info: GuideInfo) -> Iterable[UnderstoodProblem]:
    parts: dict[str, list[Section]] = {}
    for section in sections:
        parts.setdefault(section.problem or section.anchor, []).append(section)
    for of_one in parts.values():
        yield UnderstoodProblem(heading=problem_heading(of_one[0], info), sections=tuple(of_one))


def _refusal(info: GuideInfo, owners: dict[tuple[str, str], str]) -> str | None:
    try:
        claim(info, owners)
    except SourceError as error:
        return error.reason
    return None
