"""Caches the model's replies, and records what was spent each day."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from kb.damage import is_damage
from kb.text.seal import verified, with_checksum

# For another process that writes: longer than any of these transactions takes; chosen by hand.
_LOCK_SECONDS = 30

logger = logging.getLogger(__name__)


class Spent(NamedTuple):
    """Tokens, read and written, and their cost in the currency of the settings."""

    tokens: int
    cost: float


class ModelStore:
    """A SQLite file that processes may share. A damaged file is replaced by an empty one.

    Replies are stored by snapshot, and deleted when there is a newer one. Methods raise
    sqlite3.Error.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            logger.error("%s is damaged. Starting over, including today's cost.", path)
            path.unlink()
            self._prepare()

    def recall(self, snapshot: str, key: str) -> str | None:
        """Return the reply stored under a key for a snapshot; None if there is none."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT answer FROM answers WHERE key = ? AND snapshot = ?", (key, snapshot)
            ).fetchone()
        return verified(key.encode(), row[0]) if row else None

    def remember(self, snapshot: str, key: str, answer: str) -> None:
        """Store a reply, and delete those of other snapshots."""
        with self._open() as connection:
            connection.execute("DELETE FROM answers WHERE snapshot != ?", (snapshot,))
            connection.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
                (key, snapshot, with_checksum(key.encode(), answer)),
            )

    def spend(self, tokens: int, cost: float) -> None:
        """Add to what was spent today."""
        with self._open() as connection:
            connection.execute(
                "INSERT INTO spent VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE "
                "SET tokens = tokens + excluded.tokens, cost = cost + excluded.cost",
                (_today(), tokens, cost),
            )

    def spent_today(self) -> Spent:
        """Return what all processes spent today (UTC)."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT tokens, cost FROM spent WHERE day = ?", (_today(),)
            ).fetchone()
        if row and not all(isinstance(each, (int, float)) and each >= 0 for each in row):
            logger.error("%s: today's cost is unreadable. Counting from zero.", self._path)
            row = None
        return Spent(*row) if row else Spent(0, 0.0)

    def _prepare(self) -> None:
        with self._open() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS answers "
                "(key TEXT PRIMARY KEY, snapshot TEXT NOT NULL, answer TEXT NOT NULL)"
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS spent "
                "(day TEXT PRIMARY KEY, tokens INTEGER NOT NULL, cost REAL NOT NULL)"
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_LOCK_SECONDS)) as connection, connection:
            # Invalid UTF-8 must not raise here; `verified` rejects it as damaged.
            connection.text_factory = bytes
            yield connection


def key_of(*parts: str) -> str:
    """Return the cache key for a reply that depends on `parts`."""
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
