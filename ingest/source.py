"""A source: a file to read, and what is known about it from where it was listed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.front_matter import SideFile


@dataclass(frozen=True)
class Source:
    """A file to read, with its identity.

    `label` is what people call it if that is not its path, such as a page's URL. `name` is its
    path below the path that was given, such as "vpn/index.md" in a folder. `matter` is its guide's
    metadata from where it was listed.
    """

    path: Path
    label: str | None = None
    name: str | None = None
    matter: SideFile | None = None

    def __str__(self) -> str:
        """Return its label, or else its path."""
        return self.label or str(self.path)


@dataclass(frozen=True)
class SourceFile:
    """A source's bytes, read once, so that everything derived from it has the same content.

    `beside` are the bytes of its side file, if there is one.
    """

    source: Source
    data: bytes
    beside: bytes | None = None

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.source.path
