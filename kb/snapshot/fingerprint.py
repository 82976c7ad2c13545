"""Tells whether two embedding models are the same by what they make of one sentence."""

from __future__ import annotations

import numpy as np

from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.errors import EmbedderMismatchError
from kb.snapshot.format import Embedder

_SENTENCE = "A fixed sentence for the fingerprint. 指紋のための決まった文。"
# The same model in another precision stays above this; other models stay far below.
_SAME = 0.98


def fingerprint(embeddings: SentenceTransformerEmbeddings) -> Embedder:
    """Return how a manifest pins the embedder."""
    vector = embeddings.encode([_SENTENCE], "document")[0]
    return Embedder(
        model=embeddings.model_id,
        dimension=embeddings.dimension,
        fingerprint=tuple(round(float(value), 6) for value in vector),
    )


def check_model_id(pinned: Embedder, embeddings: SentenceTransformerEmbeddings) -> None:
    """Raise EmbedderMismatchError if the names differ; needs no model to be loaded."""
    if pinned.model != embeddings.model_id:
        raise _mismatch(pinned, f"EMBEDDING_MODEL is now {embeddings.model_id!r}")


def check_fingerprint(pinned: Embedder, embeddings: SentenceTransformerEmbeddings) -> None:
    """Raise EmbedderMismatchError if the model makes other vectors than it did."""
    check_model_id(pinned, embeddings)
    now = fingerprint(embeddings)
    if now.dimension != pinned.dimension:
        raise _mismatch(pinned, f"its vectors now have {now.dimension} numbers")
    before, after = (np.array(each.fingerprint, np.float32) for each in (pinned, now))
    if not same_fingerprint(before, after):
        raise _mismatch(
            pinned,
            f"the model of that name now gives other vectors (cosine {before @ after:.3f})",
        )


def same_fingerprint(before: Vectors, after: Vectors) -> bool:
    """Whether two embeddings of the sentence are by the same model."""
    return before.shape == after.shape and float(before @ after) >= _SAME


def _mismatch(pinned: Embedder, reason: str) -> EmbedderMismatchError:
    return EmbedderMismatchError(
        f"The snapshot was made with the embedding model {pinned.model!r} "
        f"({pinned.dimension} numbers), but {reason}. "
        "Set EMBEDDING_MODEL back, or ingest the guides again: guidebot ingest PATH..."
    )
