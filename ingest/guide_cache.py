"""Guides that were parsed before, so that a source that did not change is not parsed again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from ingest.cache_file import prepare_cache
from kb.model import Guide

# What is not our own, but has a say in what comes of a source.
_LIBRARIES = (
    "beautifulsoup4",
    "html5lib",
    "lingua-language-detector",
    "mammoth",
    "markdown-it-py",
    "markdownify",
    "mdit-py-plugins",
    "pdfminer.six",
    "pdfplumber",
)


class GuideCache:
    """A SQLite file of guides by the sha256 of their sources and of the parser."""

    def __init__(self, path: Path) -> None:
        self._path = path
        prepare_cache(path, self._prepare)

    def get(self, key: bytes) -> Guide | None:
        """Return the guide of a key, if it was parsed before."""
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT guide FROM guides WHERE key = ?", (key,)).fetchone()
        try:
            return Guide.model_validate_json(row[0]) if row else None
        except ValidationError:
            return None  # it is parsed again, and replaced

    def put(self, key: bytes, guide: Guide) -> None:
        """Keep a guide."""
        with closing(self._connect()) as connection, connection:
            connection.execute(
                "INSERT OR REPLACE INTO guides VALUES (?, ?)", (key, guide.model_dump_json())
            )

    def keep_only(self, keys: Iterable[bytes]) -> None:
        """Forget all other guides."""
        with closing(self._connect()) as connection, connection:
            connection.execute("CREATE TEMP TABLE kept (key BLOB PRIMARY KEY)")
            connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((k,) for k in keys))
            connection.execute("DELETE FROM guides WHERE key NOT IN (SELECT key FROM kept)")

    def _prepare(self) -> None:
        with closing(self._connect()) as connection, connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS guides (key BLOB PRIMARY KEY, guide TEXT NOT NULL)"
            )

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)


def guide_key(source: str, *contents: bytes | None) -> bytes:
    """Return the key of a source with what its file, its side file and guidebot.toml hold."""
    digest = hashlib.sha256(_parser())
    for part in (source.encode("utf-8", "surrogateescape"), *contents):
        digest.update(b"-" if part is None else hashlib.sha256(part).digest())
    return digest.digest()


@cache
def _parser() -> bytes:
    """Return what stands for the parser: its own text, so that no version can be forgotten."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    digest.update("".join(version(name) for name in _LIBRARIES).encode())
    return digest.digest()
