"""Which guides lint reads, and with which options."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.bounded.bounds import Bounds
from ingest.bounded.read import read_bounded
from ingest.errors import SourceError
from ingest.lint.page import Page, page_of
from ingest.lint_options import LintOptions
from ingest.loaders.load import read_source
from ingest.source import Source
from ingest.sources.files import find_sources
from ingest.sources.guides_file import DEFAULT_FILE, GuideEntry, read_guides_file
from kb.errors import GuidebotError, SettingsError
from kb.text.addresses import without_credentials


@dataclasses.dataclass(frozen=True)
class LintInput:
    """The pages to check; `passed_over` are the sources outside the working folder."""

    pages: list[Page]
    options: LintOptions
    passed_over: tuple[str, ...] = ()


def read_lint_input(paths: Sequence[Path], bounds: Bounds | None = None) -> LintInput:
    """Read the guides at `paths`, or those in guidebot.toml.

    Raises GuidebotError with every source that cannot be read.
    """
    guides_file = read_guides_file(DEFAULT_FILE) if DEFAULT_FILE.exists() else None
    options = guides_file.lint if guides_file else LintOptions()
    entries = guides_file.guide if guides_file else ()
    if not paths and not entries:
        raise SettingsError(
            f"Name guides (guidebot lint PATH...), or list them in {DEFAULT_FILE} (docs/lint.md)."
        )
    elsewhere = tuple(
        without_credentials(entry.source) for entry in entries if _is_elsewhere(entry)
    )
    here = [entry for entry in entries if not _is_elsewhere(entry)]
    pages: list[Page] = []
    errors: list[SourceError] = []
    for source in _files(paths, errors) if paths else _named(here, errors):
        try:
            pages.append(read_bounded(page_of, read_source(source), bounds or Bounds()))
        except SourceError as error:
            errors.append(error)
    if errors or not pages:
        named = "".join(f"\n  {error}" for error in errors) or " no guide was found."
        raise GuidebotError(f"These guides cannot be read:{named}")
    return LintInput(pages, options, () if paths else elsewhere)


def _is_elsewhere(entry: GuideEntry) -> bool:
    return bool(entry.git) or "://" in entry.source


def _named(entries: Sequence[GuideEntry], errors: list[SourceError]) -> Iterator[Source]:
    """Yield the entries' files, each with its metadata from the entry."""
    for entry in entries:
        folder = Path(entry.source)
        paths = [folder] if folder.exists() else sorted(Path().glob(entry.source)) or [folder]
        for source in _files(paths, errors):
            below = source.path.relative_to(folder) if folder.is_dir() else Path(source.path.name)
            yield dataclasses.replace(source, matter=entry.matter(below.as_posix()))


def _files(paths: Sequence[Path], errors: list[SourceError]) -> Iterator[Source]:
    sources = find_sources(paths)
    errors.extend(sources.errors)
    yield from sources.found
