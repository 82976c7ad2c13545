"""A source: a file or page to read, and what is known about it from where it was listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ingest.front_matter import SideFile


@dataclass(frozen=True)
class Source:
    """A file or page to read, with its identity.

    `label` is what people call it if that is not its path, such as a page's URL. `name` is its
    path below the path that was given, such as "vpn/index.md" in a folder. `matter` is its guide's
    metadata from where it was listed. `data` are the bytes of a fetched page, which is in no file:
    its `path` is only its name.
    """

    path: Path
    label: str | None = None
    name: str | None = None
    matter: SideFile | None = None
    data: bytes | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return its label, or else its path."""
        return self.label or str(self.path)


@dataclass(frozen=True)
class SourceFile:
    """A source's bytes, read once, so that everything derived from it has the same content.

    `source` is the source without its data; `beside` are the bytes of its side file, if there is
    one.
    """

    source: Source
    data: bytes
    beside: bytes | None = None

    @property
    def path(self) -> Path:
        """Where the file is, or a fetched page's name."""
        return self.source.path
