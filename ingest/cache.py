"""SQLite caches of what can be recomputed: a damaged file is recreated."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from kb.damage import is_damage
from kb.text.seal import verified, with_checksum

LOCK_SECONDS = 60
"""How long a cache waits for another process that writes to it; chosen by hand."""


def prepare_cache(path: Path, prepare: Callable[[], None]) -> None:
    """Call `prepare` to create the tables of the file at `path`; a damaged file is replaced.

    Raises sqlite3.OperationalError if the file is locked or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        prepare()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        path.unlink()
        prepare()


@contextmanager
def open_cache(
    path: Path, connect: Callable[[], sqlite3.Connection], prepare: Callable[[], None]
) -> Iterator[sqlite3.Connection]:
    """Open the file at `path`; if it turns out to be damaged, skip the rest of the block.

    The file is then recreated. Raises as `prepare_cache` does.
    """
    try:
        with closing(connect()) as connection, connection:
            yield connection
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        path.unlink(missing_ok=True)
        prepare_cache(path, prepare)


class TextCache:
    """A key-value table in a SQLite file that is recreated if it is damaged.

    A value that is not valid UTF-8 counts as missing.
    """

    def __init__(self, path: Path, table: str) -> None:
        self._path = path
        self._table = table
        prepare_cache(path, self._prepare)

    def get(self, key: bytes) -> str | None:
        """Return the text stored under a key, or None."""
        row = None
        with open_cache(self._path, self._connect, self._prepare) as connection:
            row = connection.execute(
                f"SELECT text FROM {self._table} WHERE key = ?", (key,)
            ).fetchone()
        return verified(key, row[0]) if row else None

    def put(self, texts: Mapping[bytes, str]) -> None:
        """Store texts by their keys."""
        with open_cache(self._path, self._connect, self._prepare) as connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)",
                ((key, with_checksum(key, text)) for key, text in texts.items()),
            )

    def keep_only(self, keys: Iterable[bytes]) -> None:
        """Delete all other texts."""
        with open_cache(self._path, self._connect, self._prepare) as connection:
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
        connection = sqlite3.connect(self._path, timeout=LOCK_SECONDS)
        # Text that is not UTF-8 is no error here; it just differs from what was stored.
        connection.text_factory = bytes
        return connection
