"""The files that paths name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from ingest.errors import SourceError
from ingest.front_matter import SIDE_FILE, SideFile
from ingest.loaders.load import LOADERS
from ingest.sources.pasted import is_pasted

_GOLDEN = ("questions*.y*ml", "*.golden.yaml")
"""What golden questions are called, which may lie beside the guides."""

NOT_TEXT = "its name is not text in UTF-8. Give it another name."
LEADS_OUT = (
    "is a link to a file outside of the folder that was named, and is not followed. "
    "Put a copy there, or name the file itself."
)
"""Why sources are not read."""


@dataclass(frozen=True)
class Said:
    """What is known of a file from where it was named: its name for people, and its guide's.

    `name` is its path within what was named, such as "vpn/index.md" in a folder.
    """

    source: str | None = None
    name: str | None = None
    matter: SideFile | None = None


@dataclass(frozen=True)
class Sources:
    """The files to read, and those that are no guides: prompts, replies, unsupported types.

    `errors` name the folders that cannot be read, `said` has what is known of files.
    """

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]
    errors: tuple[SourceError, ...]
    said: Mapping[Path, Said] = field(default_factory=dict)


def find_sources(paths: Iterable[Path]) -> Sources:
    """Return the files that `paths` name, folders searched through, each file once.

    Hidden files and folders inside a named folder are left alone. Links in it that lead to other
    folders are not followed.
    """
    files: dict[Path, Path] = {}
    said: dict[Path, Said] = {}
    passed_over: list[Path] = []
    errors: list[SourceError] = []
    for path in paths:
        if in_print(path) != str(path):
            errors.append(SourceError(in_print(path), NOT_TEXT))
            continue
        # Not path.is_dir(), which fails where a name is too long.
        if not os.path.isdir(path):
            if is_pasted(path):
                passed_over.append(path)
            else:
                files.setdefault(_real(path), path)
            continue
        for found in sorted(_visible_files(path, errors, passed_over)):
            beside = is_beside(found)  # read with its guide, or asked of it
            if not beside and found.suffix.lower() not in LOADERS:
                passed_over.append(Path(in_print(found)))
            elif in_print(found) != str(found):
                errors.append(SourceError(in_print(found), NOT_TEXT))
            elif leads_out(found, path):
                errors.append(SourceError(found, LEADS_OUT))
            elif not beside and is_pasted(found):
                passed_over.append(found)
            elif not beside and files.setdefault(_real(found), found) is found:
                said[found] = Said(name=found.relative_to(path).as_posix())
    return Sources(tuple(files.values()), tuple(passed_over), tuple(errors), said)


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path in a folder is one of a file elsewhere, by links."""
    return not _real(path).is_relative_to(_real(folder))


def in_print(path: Path) -> str:
    """Return a file's name to be printed, bytes in it that are not text spelled out."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _real(path: Path) -> Path:
    """Return where a path leads; one that leads to itself, as it is."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # there is no such file, as what is wrong with its name is said elsewhere
        return path


def is_beside(path: Path) -> bool:
    """Whether a file is no guide, but what is said of one, or asked of it."""
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
        passed_over += (Path(in_print(link)) for link in links)
        # A link that leads nowhere is among the files, and named when it is read.
        yield from (Path(parent, name) for name in files if not name.startswith("."))
