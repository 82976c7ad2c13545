"""A file with an assistant's reply."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Chosen by hand, far beyond any assistant's reply.
MAX_BYTES = 5_000_000


@dataclass(frozen=True)
class ReplyFile:
    """A raw reply: its file's name and contents."""

    name: str
    data: bytes


def read_reply_file(path: Path) -> ReplyFile:
    """Read a reply from a file, up to just over the size limit; raises OSError."""
    with path.open("rb") as file:
        return ReplyFile(str(path), file.read(MAX_BYTES + 1))
