"""Explains errors when files cannot be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import GuidebotError


class DiskError(GuidebotError):
    """A file cannot be written: the disk is full, or the folder is read-only."""


@contextmanager
def explain_disk_errors(home: Path, consequence: str) -> Iterator[None]:
    """Turn disk errors into a DiskError that states the `consequence`."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        place = error.filename if isinstance(error, OSError) and error.filename else home
        raise DiskError(
            f"{place}: cannot be written: {reason or error}. {consequence} Free disk space, "
            f"or give this user write access to {home}, and try again."
        ) from error
