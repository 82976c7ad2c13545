"""Finds the files at given paths."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ingest.errors import SourceError
from ingest.front_matter import SIDE_FILE
from ingest.loaders.load import LOADERS
from ingest.source import Source
from ingest.sources.pasted import is_pasted

_GOLDEN = ("questions*.y*ml", "*.golden.yaml")
"""File names of golden questions, which may lie next to the guides."""

NOT_TEXT = "its name is not valid UTF-8. Rename it."
LEADS_OUT = (
    "is a link to a file outside the given folder, and is not followed. "
    "Copy the file there, or give its own path."
)
"""Why sources are not read."""


@dataclass(frozen=True)
class Sources:
    """The sources to read, and the files that are not guides: prompts, replies, unsupported types.

    `errors` are for folders that cannot be read.
    """

    found: tuple[Source, ...]
    passed_over: tuple[Path, ...]
    errors: tuple[SourceError, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the sources."""
        return tuple(source.path for source in self.found)


def find_sources(paths: Iterable[Path]) -> Sources:
    """Return the sources at `paths`, searching folders recursively, each file once.

    Hidden files and folders inside a given folder are skipped. Links in it to other folders are not
    followed.
    """
    files: dict[Path, Source] = {}
    passed_over: list[Path] = []
    errors: list[SourceError] = []
    for path in paths:
        if printable(path) != str(path):
            errors.append(SourceError(printable(path), NOT_TEXT))
            continue
        # Not path.is_dir(), which fails if a name is too long.
        if not os.path.isdir(path):
            if is_pasted(path):
                passed_over.append(path)
            else:
                files.setdefault(_real(path), Source(path))
            continue
        for found in sorted(_visible_files(path, errors, passed_over)):
            beside = is_companion(found)  # read with its guide, or by the gate
            if not beside and found.suffix.lower() not in LOADERS:
                passed_over.append(Path(printable(found)))
            elif printable(found) != str(found):
                errors.append(SourceError(printable(found), NOT_TEXT))
            elif leads_out(found, path):
                errors.append(SourceError(found, LEADS_OUT))
            elif not beside and is_pasted(found):
                passed_over.append(found)
            elif not beside:
                name = found.relative_to(path).as_posix()
                files.setdefault(_real(found), Source(found, name=name))
    return Sources(tuple(files.values()), tuple(passed_over), tuple(errors))


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path in a folder is a link to a file outside it."""
    return not _real(path).is_relative_to(_real(folder))


def printable(path: Path) -> str:
    """Return a file name for display, with undecodable bytes escaped."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _real(path: Path) -> Path:
    """Resolve a path's links; return a path that cannot be resolved as it is."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # an invalid name, reported elsewhere
        return path


def is_companion(path: Path) -> bool:
    """Whether a file is not itself a guide but belongs to one: side file or golden questions."""
    return path.name.endswith(SIDE_FILE) or any(fnmatch(path.name, each) for each in _GOLDEN)


def _visible_files(
    folder: Path, errors: list[SourceError], passed_over: list[Path]
) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        errors.append(
            SourceError(Path(error.filename), f"cannot be read: {error.strerror or error}")
        )

    for parent, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = (Path(parent, name) for name in folders if Path(parent, name).is_symlink())
        passed_over += (Path(printable(link)) for link in links)
        # A dangling link counts as a file, and is reported when it is read.
        yield from (Path(parent, name) for name in files if not name.startswith("."))
