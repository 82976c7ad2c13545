"""From the paths that were named to guides."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import SourceError
from ingest.front_matter import SIDE_FILE, side_file_of
from ingest.guide_cache import GuideCache, guide_key
from ingest.loaders import LOADERS, load
from ingest.markdown import parse
from kb.model import Guide


@dataclass(frozen=True)
class Sources:
    """The files to read, and the files in named folders whose type is not supported.

    `errors` name the folders that cannot be read.
    """

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]
    errors: tuple[SourceError, ...]


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
            if found.name.endswith(SIDE_FILE):
                continue  # read with its guide
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
            guide = _cached(path, cache, keys) if cache else parse(load(path))
            identity = (guide.info.id, guide.info.language)
            if identity in owners:
                raise SourceError(
                    path,
                    f"guide id {guide.info.id!r} ({guide.info.language}) is taken by "
                    f"{owners[identity]}. Give one of them another 'id' in its front matter, "
                    "or another file name.",
                )
        except SourceError as error:
            reading.errors.append(error)
            continue
        owners[identity] = str(path)
        reading.guides.append(guide)
    if cache:
        cache.keep_only(keys)
    return reading


def _cached(path: Path, cache: GuideCache, keys: list[bytes]) -> Guide:
    side = side_file_of(path)
    try:
        key = guide_key(str(path), path.read_bytes(), side.read_bytes() if side.exists() else None)
    except OSError:
        return parse(load(path))  # which says what is wrong
    keys.append(key)
    guide = cache.get(key)
    if guide is None:
        guide = parse(load(path))
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
