"""SQLite files of what can be had again: a damaged one begins anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path


def prepare_cache(path: Path, prepare: Callable[[], None]) -> None:
    """Have `prepare` make the tables of the file at `path`, which is replaced if it is damaged.

    Raises sqlite3.OperationalError if it is locked, or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        prepare()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # not damaged, but locked, or the disk is full
        path.unlink()
        prepare()
