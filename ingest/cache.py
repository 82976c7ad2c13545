"""SQLite files of what can be had again: a damaged one begins anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from kb.damage import is_damage
from kb.text.seal import sealed, unsealed


def prepare_cache(path: Path, prepare: Callable[[], None]) -> None:
    """Have `prepare` make the tables of the file at `path`, which is replaced if it is damaged.

    Raises sqlite3.OperationalError if it is locked, or the disk is full.
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
    """Open the file at `path`; if it turns out to be damaged, what is left is not done.

    It begins anew then. Raises as `prepare_cache` does.
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
    """A table of a SQLite file, which begins anew if it is damaged.

    A text that is not what was kept under its key is none.
    """

    def __init__(self, path: Path, table: str) -> None:
        self._path = path
        self._table = table
        prepare_cache(path, self._prepare)

    def get(self, key: bytes) -> str | None:
        """Return the text of a key, if there is one."""
        row = None
        with open_cache(self._path, self._connect, self._prepare) as connection:
            row = connection.execute(
                f"SELECT text FROM {self._table} WHERE key = ?", (key,)
            ).fetchone()
        return unsealed(key, row[0]) if row else None

    def put(self, texts: Mapping[bytes, str]) -> None:
        """Keep texts, each by its key."""
        with open_cache(self._path, self._connect, self._prepare) as connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)",
                ((key, sealed(key, text)) for key, text in texts.items()),
            )

    def keep_only(self, keys: Iterable[bytes]) -> None:
        """Forget all other texts."""
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
        connection = sqlite3.connect(self._path, timeout=60)
        # A text that is not UTF-8 is not an error, but another one than was kept.
        connection.text_factory = bytes
        return connection
