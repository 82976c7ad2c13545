"""From the paths that were named to guides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import SourceError
from ingest.loaders import LOADERS, load
from ingest.markdown import parse
from kb.model import Guide


@dataclass(frozen=True)
class Sources:
    """The files to read, and the files in named folders whose type is not supported."""

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]


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
    for path in paths:
        if not path.is_dir():
            files.setdefault(path.resolve(), path)
            continue
        for found in sorted(_visible_files(path)):
            if found.suffix.lower() in LOADERS:
                files.setdefault(found.resolve(), found)
            else:
                passed_over.append(found)
    return Sources(tuple(files.values()), tuple(passed_over))


def read_guides(files: Iterable[Path]) -> Reading:
    """Read every file, and gather what is wrong rather than stop at the first."""
    reading = Reading()
    owners: dict[tuple[str, str], str] = {}
    for path in files:
        try:
            guide = parse(load(path))
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
    return reading


def _visible_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") for part in inside):
            yield path
