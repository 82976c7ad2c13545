"""From the paths that were named to guides."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from ingest.document import Document
from ingest.errors import SourceError
from ingest.front_matter import SIDE_FILE, SideFile, side_file_of, together
from ingest.guide_cache import GuideCache, guide_key
from ingest.loaders import LOADERS, load
from ingest.markdown import parse
from kb.model import Guide

_GOLDEN = "questions*.y*ml"
"""What golden questions are called, which may lie beside the guides."""


@dataclass(frozen=True)
class Said:
    """What is known of a file from where it was named: its name for people, and its guide's."""

    source: str | None = None
    matter: SideFile | None = None


@dataclass(frozen=True)
class Sources:
    """The files to read, and the files in named folders whose type is not supported.

    `errors` name the folders that cannot be read, `said` has what is known of files.
    """

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]
    errors: tuple[SourceError, ...]
    said: Mapping[Path, Said] = field(default_factory=dict)


@dataclass
class Reading:
    """The guides that were read, and what was wrong with the sources that were not."""

    guides: list[Guide] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)


def find_sources(paths: Iterable[Path]) -> Sources:
    """Return the files that `paths` name, folders searched through, each file once.

    Hidden files and folders inside a named folder are left alone.
    """
    files: dict[Path, Path] = {}
    passed_over: list[Path] = []
    errors: list[SourceError] = []
    for path in paths:
        if not path.is_dir():
            files.setdefault(path.resolve(), path)
            continue
        for found in sorted(_visible_files(path, errors)):
            if found.name.endswith(SIDE_FILE) or fnmatch(found.name, _GOLDEN):
                continue  # read with its guide, or asked of it
            if found.suffix.lower() in LOADERS:
                files.setdefault(found.resolve(), found)
            else:
                passed_over.append(found)
    return Sources(tuple(files.values()), tuple(passed_over), tuple(errors))


def read_guides(sources: Sources, cache: GuideCache | None = None) -> Reading:
    """Read every file, and gather what is wrong rather than stop at the first.

    With a `cache`, what did not change since is not parsed again.
    """
    reading = Reading(errors=list(sources.errors))
    keys: list[bytes] = []
    owners: dict[tuple[str, str], str] = {}
    for path in sources.files:
        try:
            said = sources.said.get(path, Said())
            guide = _cached(path, said, cache, keys) if cache else parse(_document(path, said))
            identity = (guide.info.id, guide.info.language)
            if identity in owners:
                raise SourceError(
                    guide.info.source,
                    f"guide id {guide.info.id!r} ({guide.info.language}) is taken by "
                    f"{owners[identity]}. Give one of them another 'id' in its front matter, "
                    "or another file name.",
                )
        except SourceError as error:
            reading.errors.append(error)
            continue
        owners[identity] = guide.info.source
        reading.guides.append(guide)
    if cache:
        cache.keep_only(keys)
    return reading


def _document(path: Path, said: Said) -> Document:
    try:
        document = load(path)
    except SourceError as error:
        if said.source:
            raise SourceError(said.source, error.reason) from error
        raise
    side = document.side_file
    if said.matter:
        side = SideFile.model_validate(
            together(side or SideFile(), said.matter).model_dump(exclude_unset=True)
        )
    return dataclasses.replace(document, source=said.source or document.source, side_file=side)


def _cached(path: Path, said: Said, cache: GuideCache, keys: list[bytes]) -> Guide:
    side = side_file_of(path)
    matter = said.matter.model_dump_json(exclude_unset=True).encode() if said.matter else None
    try:
        beside = side.read_bytes() if side.exists() else None
        key = guide_key(said.source or str(path), path.read_bytes(), beside, matter)
    except OSError:
        return parse(_document(path, said))  # which says what is wrong
    keys.append(key)
    guide = cache.get(key)
    if guide is None:
        guide = parse(_document(path, said))
        cache.put(key, guide)
    return guide


def _visible_files(folder: Path, errors: list[SourceError]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        errors.append(
            SourceError(Path(error.filename), f"cannot be read: {error.strerror or error}")
        )

    for parent, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        # A link that leads nowhere is among the files, and named when it is read.
        yield from (Path(parent, name) for name in files if not name.startswith("."))
