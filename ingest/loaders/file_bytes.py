"""What is in a file, if it is one, and not endless."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ingest.errors import SourceError

MOST_BYTES = 100_000_000
"""So many are read of a file."""


def file_bytes(path: Path) -> bytes:
    """Return a file's bytes; raises SourceError if they cannot be read, or are over 100 MB."""
    try:
        # Opened so, a pipe that nobody writes to does not wait.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise SourceError(path, "is not a file, but a folder, a pipe or a device")
            if found.st_size > MOST_BYTES:
                size = f"{found.st_size / 1e6:.0f} MB"
                raise SourceError(path, f"has {size}; at most 100 MB are read of a file")
            return file.read()
    except OSError as error:
        raise SourceError(path, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL, or what is no text, in its name
        raise SourceError(path, f"cannot be read: {error}") from error
