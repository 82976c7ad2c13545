"""Tells a SQLite file that is damaged from one that cannot be used for another reason."""

from __future__ import annotations

import sqlite3

# What a sound file, with the tables that are expected of it, never says: see
# https://www.sqlite.org/rescode.html. Others are a lock, a full disk, or missing rights.
_DAMAGE = frozenset(
    (
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_NOTADB,
    )
)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that its file, or what is in it, is not what was written."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return not isinstance(error, sqlite3.OperationalError)
    return code & 0xFF in _DAMAGE
