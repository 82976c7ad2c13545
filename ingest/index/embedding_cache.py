"""Caches embeddings, so that only new texts cost time.

The file is recreated if it is damaged, or if a model of the same name now gives other vectors.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from ingest.cache import LOCK_SECONDS, open_cache, prepare_cache
from kb.embedder.embeddings import InputType, SentenceTransformerEmbeddings, Vectors
from kb.snapshot.fingerprint import fingerprint, same_fingerprint

# Texts between two commits; chosen by hand.
_SAVE_EVERY = 256
# SQLite before 3.32 allows 999 variables a statement (https://sqlite.org/limits.html).
_VARIABLES = 500
# Tolerance for the norm of a unit vector; a fingerprint is stored with six decimals.
_ROUNDED = 1e-3


class EmbeddingCache:
    """A SQLite file of vectors by the sha256 of model, prompt and text."""

    def __init__(self, path: Path, embeddings: SentenceTransformerEmbeddings) -> None:
        self._path = path
        self._embeddings = embeddings
        prepare_cache(path, self._prepare)
        self._forget_another_model()

    def encode(
        self,
        texts: Sequence[str],
        input_type: InputType,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> tuple[Vectors, int]:
        """Return the vectors of `texts` and the number of cache misses.

        The vectors are float32, shape (texts, dimension), L2-normalised. New vectors are saved as
        they are computed, so that an interrupted run loses little. `progress` is called with the
        number of texts done and the total.
        """
        keys = [self._key(text, input_type) for text in texts]
        known = self._look_up(keys)
        missing = list(dict.fromkeys(key for key in keys if key not in known))
        text_of = dict(zip(keys, texts, strict=True))
        done = len(keys) - len(missing)

        def embedded_some(count: int) -> None:
            nonlocal done
            done += count
            progress(done, len(keys))

        embedded_some(0)
        for start in range(0, len(missing), _SAVE_EVERY):
            batch = missing[start : start + _SAVE_EVERY]
            vectors = self._embeddings.encode(
                [text_of[key] for key in batch], input_type, embedded_some
            )
            fresh = dict(zip(batch, vectors, strict=True))
            self._save(fresh)
            known.update(fresh)
        shape = (len(texts), self._embeddings.dimension)
        gathered = np.array([known[key] for key in keys], np.float32).reshape(shape)
        return gathered, len(missing)

    def _prepare(self) -> None:
        with closing(self._connect()) as connection, connection:
            for name in ("vectors", "fingerprints"):
                connection.execute(
                    f"CREATE TABLE IF NOT EXISTS {name} "
                    "(key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
                )

    def _forget_another_model(self) -> None:
        """Delete all vectors if the model of this name has changed since they were computed."""
        now = fingerprint(self._embeddings)
        key = now.model.encode("utf-8")
        vector = np.array(now.fingerprint, np.float32)
        with open_cache(self._path, self._connect, self._prepare) as connection:
            row = connection.execute(
                "SELECT vector FROM fingerprints WHERE key = ?", (key,)
            ).fetchone()
            before = _vector(row[0], len(vector)) if row else vector
            if before is None or not same_fingerprint(before, vector):
                connection.execute("DELETE FROM vectors")
            connection.execute(
                "INSERT OR REPLACE INTO fingerprints VALUES (?, ?)", (key, vector.tobytes())
            )

    def _key(self, text: str, input_type: InputType) -> bytes:
        parts = (self._embeddings.model_id, self._embeddings.prompt(input_type), text)
        return hashlib.sha256("\0".join(parts).encode("utf-8")).digest()

    def _look_up(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        dimension = self._embeddings.dimension
        with open_cache(self._path, self._connect, self._prepare) as connection:
            for start in range(0, len(keys), _VARIABLES):
                some = keys[start : start + _VARIABLES]
                marks = ",".join("?" * len(some))
                rows = connection.execute(
                    f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some
                )
                for key, kept in rows:
                    if (vector := _vector(kept, dimension)) is not None:
                        found[key] = vector
        return found

    def _save(self, vectors: dict[bytes, Vectors]) -> None:
        with open_cache(self._path, self._connect, self._prepare) as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(key, vector.astype(np.float32).tobytes()) for key, vector in vectors.items()],
            )

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=LOCK_SECONDS)


def _vector(kept: object, dimension: int) -> Vectors | None:
    """Return the stored vector; None if it is not a unit vector of that dimension."""
    if not isinstance(kept, bytes) or len(kept) != dimension * np.dtype(np.float32).itemsize:
        return None
    vector = np.frombuffer(kept, np.float32)
    length = float(np.linalg.norm(vector.astype(np.float64)))
    # Comparisons with NaN are false.
    return vector if abs(length - 1) < _ROUNDED else None
