"""What tells the subjects of the phrasebook apart: a logistic regression over its phrases."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kb.embedder.embeddings import Vectors

# Measured on the phrases themselves, each left out once: recall@1 .82 from 10 to 100; the mean
# of the three nearest has .68 (docs/retrieval.md).
_C = 30.0
_MOST_ITERATIONS = 3000


def phrase_weights(vectors: Vectors, kinds: Sequence[int], folder: Path) -> Vectors:
    """Return a row for each kind of phrase: the weights of a vector's elements, and the bias.

    `vectors` are the phrases', as `kb.retrieval.phrasebook.centred` returns them. What was fitted
    before to the same phrases is in `folder`.
    """
    key = hashlib.sha256(np.asarray(kinds, np.int64).tobytes() + vectors.tobytes()).hexdigest()
    path = folder / f"subjects-{key[:16]}.npy"
    try:
        known: Vectors = np.load(path, allow_pickle=False)
        if known.shape == (max(kinds) + 1, vectors.shape[1] + 1):
            return known
    except (OSError, ValueError, EOFError):
        pass  # missing or damaged: it is fitted again
    weights = _fit(vectors, kinds)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{path.name}.{os.getpid()}"
    with temporary.open("wb") as file:
        np.save(file, weights, allow_pickle=False)
    os.replace(temporary, path)
    return weights


def _fit(vectors: Vectors, kinds: Sequence[int]) -> Vectors:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=_C, max_iter=_MOST_ITERATIONS).fit(vectors, kinds)
    return np.column_stack([fitted.coef_, fitted.intercept_]).astype(np.float32)
