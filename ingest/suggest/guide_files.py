"""From what the command line or `guidebot.toml` names to the guides that can have drafts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ingest.bounded.bounds import Bounds, bounds_of
from ingest.bounded.read import read_bounded
from ingest.errors import SourceError
from ingest.loaders.load import read_source
from ingest.reading import whole_source
from ingest.sources.files import Said
from ingest.sources.guides_file import GuideEntry
from ingest.sources.pasted import is_pasted
from ingest.sources.resolve import Named, find_named
from ingest.suggest.problems import GuideFile
from kb.errors import GuidebotError
from kb.text.addresses import without_credentials


@dataclass(frozen=True)
class Found:
    """The guides on this disk, and the sources that are not, each with the reason."""

    guides: tuple[GuideFile, ...]
    passed_over: tuple[str, ...]


def find_guide_files(named: Named) -> Found:
    """Return the guides that sources name; nothing is fetched.

    Raises GuidebotError that names every file that cannot be read, and if there is no guide.
    """
    here = tuple(entry for entry in named.entries if not _elsewhere(entry))
    passed_over = [
        f"{without_credentials(entry.source)}: {_elsewhere(entry)}, so no file can lie beside it"
        for entry in named.entries
        if _elsewhere(entry)
    ]
    sources = find_named(replace(named, entries=here))
    passed_over += [
        f"{path}: holds prompts or a reply, and is no guide"
        for path in sources.passed_over
        if is_pasted(path)
    ]
    errors = list(sources.errors)
    bounds = bounds_of(named.settings)
    guides: list[GuideFile] = []
    for path in sources.files:
        try:
            guides.append(read_guide_file(path, sources.said.get(path), bounds))
        except SourceError as error:
            errors.append(error)
    if errors:
        reasons = "".join(f"\n  {error}" for error in errors)
        raise GuidebotError(f"These guides cannot be read, so nothing was done:{reasons}")
    if not guides:
        reasons = "".join(f"\n  {reason}" for reason in passed_over)
        raise GuidebotError(f"No guide is a file on this disk.{reasons}")
    return Found(tuple(guides), tuple(passed_over))


def read_guide_file(
    path: Path, said: Said | None = None, bounds: Bounds | None = None
) -> GuideFile:
    """Return the guide in a file, with what is said of it elsewhere; raises SourceError."""
    said, bounds = said or Said(), bounds or Bounds()
    whole = read_bounded(whole_source, read_source(path), said, bounds)
    return GuideFile(path, whole.document, whole.guide, said, bounds)


def _elsewhere(entry: GuideEntry) -> str | None:
    if entry.git:
        return f"is in the git repository {without_credentials(entry.git)}"
    return "is on the web" if "://" in entry.source else None
