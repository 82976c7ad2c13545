"""Caches whose rows are not what was kept: they are missed, and had again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ingest.cache import TextCache
from ingest.index.embedding_cache import EmbeddingCache
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from kb.snapshot.live import open_current
from tests.ingesting import ingest

KEY, OTHER = b"k" * 32, b"o" * 32


def run(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


@pytest.mark.parametrize(
    "put",
    [
        "{}",
        '{"guide": {}}',
        "",
        5,
        2.5,
        b"\xff\xfe",
        "0" * 16 + "text",
    ],
)
def test_a_text_that_is_not_what_was_kept_is_none(tmp_path: Path, put: object) -> None:
    path = tmp_path / "cache.sqlite"
    cache = TextCache(path, "texts")
    cache.put({KEY: "text", OTHER: "other"})
    run(path, "UPDATE texts SET text = ? WHERE key = ?", put, KEY)
    assert cache.get(KEY) is None and cache.get(OTHER) == "other"
    cache.put({KEY: "text"})
    assert cache.get(KEY) == "text"


def test_the_text_of_another_key_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    cache = TextCache(path, "texts")
    cache.put({KEY: "text", OTHER: "other"})
    run(path, "UPDATE texts SET text = (SELECT text FROM texts WHERE key = ?)", OTHER)
    assert cache.get(KEY) is None and cache.get(OTHER) == "other"


def spoil(path: Path) -> None:
    """Write over all but the head of a file."""
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xa5" * (len(data) - 100))


def drop(path: Path) -> None:
    run(path, "DROP TABLE texts")


def other_columns(path: Path) -> None:
    run(path, "DROP TABLE texts")
    run(path, "CREATE TABLE texts (a, b, c)")


@pytest.mark.parametrize("damage", [spoil, drop, other_columns])
def test_a_file_that_is_damaged_while_it_is_used_begins_anew(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "cache.sqlite"
    cache = TextCache(path, "texts")
    cache.put({KEY: "text" * 5000})
    damage(path)
    assert cache.get(KEY) is None
    cache.put({KEY: "again"})
    assert cache.get(KEY) == "again"
    cache.keep_only([KEY])


def vectors() -> Iterator[object]:
    one = np.zeros(384, np.float32)
    one[0] = 1
    for place, value in ((3, np.nan), (3, np.inf), (0, 0), (0, 1e30), (1, 0.5)):
        wrong = one.copy()
        wrong[place] = value
        yield wrong.tobytes()
    yield from (one[:8].tobytes(), one.tobytes()[:-1], b"", "text", 5)


@pytest.mark.parametrize("kept", [*vectors()])
def test_a_vector_that_is_none_is_embedded_again(
    tmp_path: Path, embeddings: SentenceTransformerEmbeddings, kept: object
) -> None:
    path = tmp_path / "cache.sqlite"
    before, _ = EmbeddingCache(path, embeddings).encode(["door"], "document")
    run(path, "UPDATE vectors SET vector = ?", kept)
    again, embedded = EmbeddingCache(path, embeddings).encode(["door"], "document")
    assert embedded == 1 and np.array_equal(before, again)
    run(path, "UPDATE fingerprints SET vector = ?", kept)
    assert EmbeddingCache(path, embeddings).encode(["door"], "document")[1] == 1
    assert EmbeddingCache(path, embeddings).encode(["door"], "document")[1] == 0


def test_an_ingest_goes_on_whatever_the_caches_hold(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    guide = tmp_path / "doors.md"
    guide.write_text("# Doors\n\n## Stuck\n\n1. Push the door.\n")
    ingest([guide], home, embeddings)
    before = open_current(home.snapshots).section(0)
    for text in ("{}", "[]", "null", b"\xff", '{"guide": {}, "remarks": []}'):
        for table in ("parsed", "chunks"):
            run(home.guide_cache, f"UPDATE {table} SET text = ?", text)
        ingest([guide], home, embeddings)
        live = open_current(home.snapshots)
        assert live.section(0) == before and live.manifest.chunks == 1
