"""SQLite files of what can be had again: a damaged one begins anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
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


class TextCache:
    """A table of a SQLite file, which begins anew if it is damaged."""

    def __init__(self, path: Path, table: str) -> None:
        self._path = path
        self._table = table
        prepare_cache(path, self._prepare)

    def get(self, key: bytes) -> str | None:
        """Return the text of a key, if there is one."""
        with closing(self._connect()) as connection:
            row = connection.execute(
                f"SELECT text FROM {self._table} WHERE key = ?", (key,)
            ).fetchone()
        return str(row[0]) if row else None

    def put(self, texts: Mapping[bytes, str]) -> None:
        """Keep texts, each by its key."""
        with closing(self._connect()) as connection, connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)", texts.items()
            )

    def keep_only(self, keys: Iterable[bytes]) -> None:
        """Forget all other texts."""
        with closing(self._connect()) as connection, connection:
            connection.execute("CREATE TEMP TABLE kept (key BLOB PRIMARY KEY)")
            connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((k,) for k in keys))
            connection.execute(f"DELETE FROM {self._table} WHERE key NOT IN (SELECT key FROM kept)")

    def _prepare(self) -> None:
        with closing(self._connect()) as connection, connection:
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {self._table} "
                "(key BLOB PRIMARY KEY, text TEXT NOT NULL)"
            )

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)
