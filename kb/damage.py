"""Tells a damaged SQLite file from one that is unusable for another reason."""

from __future__ import annotations

import sqlite3

# Result codes that an intact file with the expected tables never gives
# (https://www.sqlite.org/rescode.html). Others mean a lock, a full disk or missing permissions.
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
    """Whether an error means that the file or its contents are damaged."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return not isinstance(error, sqlite3.OperationalError)
    return code & 0xFF in _DAMAGE
