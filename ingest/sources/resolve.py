"""Resolves the sources from the command line or `guidebot.toml` to files."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.errors import SourceError, unreadable
from ingest.front_matter import SideFile, side_file_of
from ingest.loaders.load import LOADERS
from ingest.source import Source
from ingest.sources.files import LEADS_OUT, Sources, find_sources, is_companion, leads_out
from ingest.sources.git import checkout
from ingest.sources.guides_file import GuideEntry
from ingest.sources.web import Fetcher, FetchLimits, WebPage
from kb.evaluation.golden import golden_file_of
from kb.paths import Home
from kb.text.addresses import without_credentials

logger = logging.getLogger(__name__)

# Bytes. It is part of the ids of guides, so changing it would make new guides of long names.
_LONGEST_STEM = 200


@dataclass(frozen=True)
class SourceList:
    """Entries with paths relative to `folder`; `errors` are for sources that cannot be entries.

    `home` has the caches of what is fetched, and `limits` say what may be.
    """

    entries: tuple[GuideEntry, ...]
    folder: Path
    home: Home
    limits: FetchLimits = FetchLimits()
    errors: tuple[SourceError, ...] = ()


def resolve_sources(source_list: SourceList) -> Sources:
    """Return the entries' files and pages, fetching those that are remote.

    A source listed by two entries belongs to the first.
    """
    files: dict[str, Source] = {}
    passed_over: list[Path] = []
    errors = list(source_list.errors)
    for entry in source_list.entries:
        try:
            found = _find(entry, source_list)
        except SourceError as error:
            errors.append(error)
            continue
        # Whatever is wrong with one entry, the others are still found.
        except Exception as error:
            logger.debug("%s", entry.source, exc_info=True)
            errors.append(SourceError(entry.source, unreadable(error)))
            continue
        for source in found.found:
            files.setdefault(_place(source), source)
        passed_over += found.passed_over
        errors += found.errors
    return Sources(tuple(files.values()), tuple(passed_over), tuple(errors))


def _place(source: Source) -> str:
    """Return what two listings of the same source have in common: a page's URL, a file's path."""
    return str(source) if source.data is not None else os.path.realpath(source.path)


def _find(entry: GuideEntry, source_list: SourceList) -> Sources:
    folder, home = source_list.folder, source_list.home
    if entry.git:
        ref = entry.ref or "HEAD"
        beside = folder / entry.git
        repository = str(beside) if beside.is_dir() else entry.git
        name = f"{without_credentials(entry.git)}@{ref}:"
        if not _inside(entry.source):
            raise SourceError(f"{name}{entry.source}", "leads outside the repository")
        paths = _in_repository(entry.source)
        found = checkout(name[:-1], repository, ref, paths, home.repositories)
        try:
            files = _files(entry, found.folder, name)
        except SourceError:
            if not found.errors:
                raise
            files = Sources((), (), ())
        return replace(files, errors=files.errors + found.errors)
    if entry.source.lower().startswith(("http://", "https://")):
        return _fetched(entry, home, source_list.limits)
    return _files(entry, folder, None)


def _inside(source: str) -> bool:
    parts = PurePosixPath(source)
    return not parts.is_absolute() and ".." not in parts.parts


def _in_repository(source: str) -> list[str]:
    """Return the repository paths to fetch for a source: a file, a folder or a pattern.

    A file comes with its side file and golden questions.
    """
    if glob.has_magic(source):
        paths = [PurePosixPath(*_fixed(source))]
    else:
        path = PurePosixPath(source)
        paths = [path]
        if path.suffix.lower() in LOADERS:
            paths += map(PurePosixPath, (side_file_of(Path(path)), golden_file_of(Path(path))))
    return [] if PurePosixPath() in paths else [str(path) for path in paths]


def _files(entry: GuideEntry, folder: Path, prefix: str | None) -> Sources:
    path = folder / entry.source
    if path.exists() or not glob.has_magic(entry.source):
        if prefix and not path.exists():
            raise SourceError(f"{prefix}{entry.source}", "is not in the repository")
        found = find_sources([path])
        base = path if path.is_dir() else path.parent
    else:
        names = sorted(glob.glob(entry.source, root_dir=folder, recursive=True))
        if not names:
            raise SourceError(path, "no file matches this pattern")
        base = folder / Path(*_fixed(entry.source))
        matching = [path for name in names if not is_companion(path := folder / name)]
        errors = tuple(
            SourceError(path, LEADS_OUT)
            for path in matching
            if path.suffix.lower() in LOADERS and leads_out(path, base)
        )
        matching = [path for path in matching if not leads_out(path, base)]
        found = find_sources(
            path for path in matching if path.is_dir() or path.suffix.lower() in LOADERS
        )
        guides = set(found.files)
        other = [path for path in matching if path.is_file() and path not in guides]
        unknown = tuple(path for path in other if path.suffix.lower() not in LOADERS)
        found = replace(
            found, passed_over=found.passed_over + unknown, errors=found.errors + errors
        )
    sources = tuple(
        Source(
            file,
            label=f"{prefix}{_below(file, folder)}" if prefix else None,
            name=_below(file, base),
            matter=_matter(entry, _below(file, base)),
        )
        for file in found.files
    )
    return replace(found, found=sources)


def _matter(entry: GuideEntry, path: str) -> SideFile | None:
    matter = entry.matter(path)
    return matter if matter.model_fields_set else None


def _fixed(pattern: str) -> Iterator[str]:
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            return
        yield part


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _fetched(entry: GuideEntry, home: Home, limits: FetchLimits) -> Sources:
    found: list[Source] = []
    errors: list[SourceError] = []
    named = without_credentials(entry.source)
    fetcher = Fetcher(home.web_cache, limits)
    try:
        for page in fetcher.pages(entry.source):
            if isinstance(page, SourceError):
                errors.append(page)
                continue
            below = urlsplit(page.url).path.strip("/")
            matter = entry.matter(below)
            if not matter.url:
                matter = SideFile.model_validate(
                    matter.model_dump(exclude_unset=True) | {"url": page.url}
                )
            name = _named(page, named)
            found.append(
                Source(Path(name), label=page.url, name=name, matter=matter, data=page.data)
            )
    except SourceError as error:
        site = "/".join([*error.source.split("/")[:3], ""])
        covers = site if error.source == named or not found else None
        errors.append(SourceError(error.source, error.reason, covers=covers))
    finally:
        fetcher.close()
    return Sources(tuple(found), (), tuple(errors))


def _named(page: WebPage, named: str) -> str:
    """Return the name of a page's file, in its folders below the given URL's."""
    parts = urlsplit(page.url)
    stem = Path(unquote(parts.path)).name.rsplit(".", 1)[0].strip(".") or parts.hostname or "page"
    stem = stem.encode("utf-8", "replace")[:_LONGEST_STEM].decode("utf-8", "ignore")
    top = PurePosixPath(unquote(urlsplit(named).path)).parent
    folder = PurePosixPath(unquote(parts.path)).parent
    within = folder.relative_to(top) if folder.is_relative_to(top) else PurePosixPath()
    return (within / f"{stem}{page.suffix}").as_posix()
