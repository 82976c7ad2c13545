"""Reads a file, if it is a regular file of limited size."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ingest.errors import SourceError

MAX_BYTES = 100_000_000
"""The maximum number of bytes read from a file; chosen by hand, far beyond any guide."""


def file_bytes(path: Path) -> bytes:
    """Return a file's bytes; raises SourceError if it cannot be read, or is too large."""
    try:
        # Non-blocking, so that opening a pipe without a writer does not wait.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise SourceError(path, "is not a file but a folder, a pipe or a device")
            if found.st_size > MAX_BYTES:
                size, most = (f"{number / 1e6:.0f} MB" for number in (found.st_size, MAX_BYTES))
                raise SourceError(path, f"is {size}; the limit is {most} per file")
            return file.read()
    except OSError as error:
        raise SourceError(path, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL or a surrogate in its name
        raise SourceError(path, f"cannot be read: {error}") from error
