"""Resolves the command line or `guidebot.toml` to guides that can have drafts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest.bounded.bounds import Bounds
from ingest.bounded.read import read_bounded
from ingest.errors import SourceError
from ingest.loaders.load import read_source
from ingest.reading import whole_source
from ingest.source import Source
from ingest.sources.guides_file import GuideEntry
from ingest.sources.pasted import is_pasted
from ingest.sources.resolve import SourceList, resolve_sources
from ingest.suggest.problems import GuideFile
from kb.errors import GuidebotError
from kb.text.addresses import without_credentials


@dataclass(frozen=True)
class FoundGuides:
    """The local guides, and the sources that are not, each with the reason."""

    guides: tuple[GuideFile, ...]
    passed_over: tuple[str, ...]


def find_guide_files(named: SourceList, bounds: Bounds) -> FoundGuides:
    """Return the sources' local guides; nothing is fetched. `bounds` apply to each.

    Raises GuidebotError with every file that cannot be read, and if there is no guide.
    """
    here = tuple(entry for entry in named.entries if not _elsewhere(entry))
    passed_over = [
        f"{without_credentials(entry.source)}: {_elsewhere(entry)}, so it cannot have a side file"
        for entry in named.entries
        if _elsewhere(entry)
    ]
    sources = resolve_sources(replace(named, entries=here))
    passed_over += [
        f"{path}: holds prompts or a reply, not a guide"
        for path in sources.passed_over
        if is_pasted(path)
    ]
    errors = list(sources.errors)
    guides: list[GuideFile] = []
    for source in sources.found:
        try:
            guides.append(read_guide_file(source, bounds))
        except SourceError as error:
            errors.append(error)
    if errors:
        reasons = "".join(f"\n  {error}" for error in errors)
        raise GuidebotError(f"These guides cannot be read, so nothing was changed:{reasons}")
    if not guides:
        reasons = "".join(f"\n  {reason}" for reason in passed_over)
        raise GuidebotError(f"None of the guides is a local file.{reasons}")
    return FoundGuides(tuple(guides), tuple(passed_over))


def read_guide_file(source: Source, bounds: Bounds | None = None) -> GuideFile:
    """Read a guide; raises SourceError."""
    bounds = bounds or Bounds()
    whole = read_bounded(whole_source, read_source(source), bounds)
    return GuideFile(source, whole.document, whole.guide, bounds)


def _elsewhere(entry: GuideEntry) -> str | None:
    if entry.git:
        return f"is in the git repository {without_credentials(entry.git)}"
    return "is on the web" if "://" in entry.source else None
