"""Recognises an embedding model by its embedding of one fixed sentence."""

from __future__ import annotations

import numpy as np

from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.errors import EmbedderMismatchError
from kb.snapshot.format import Embedder

_SENTENCE = "A fixed sentence for the fingerprint. 指紋のための決まった文。"
# The least cosine. The default model in another precision (bfloat16, float16) is at 0.9999, with
# another adapter (benchmarks/guides/second-half.safetensors) at 0.96, without any at 0.88.
_MIN_COSINE = 0.98


def fingerprint(embeddings: SentenceTransformerEmbeddings) -> Embedder:
    """Return the entry that pins the embedder in a manifest; raises ModelError."""
    vector = embeddings.encode([_SENTENCE], "document")[0]
    return Embedder(
        model=embeddings.model_id,
        dimension=embeddings.dimension,
        fingerprint=tuple(round(float(value), 6) for value in vector),
    )


def check_model_id(pinned: Embedder, embeddings: SentenceTransformerEmbeddings) -> None:
    """Raise EmbedderMismatchError if the model ids differ; does not load the model."""
    if pinned.model != embeddings.model_id:
        raise _mismatch(pinned, f"EMBEDDING_MODEL is now {embeddings.model_id!r}")


def check_fingerprint(pinned: Embedder, embeddings: SentenceTransformerEmbeddings) -> None:
    """Raise EmbedderMismatchError if the model's embeddings have changed.

    Loads the model; raises ModelError if that fails.
    """
    check_model_id(pinned, embeddings)
    now = fingerprint(embeddings)
    if now.dimension != pinned.dimension:
        raise _mismatch(pinned, f"its embeddings now have {now.dimension} dimensions")
    before, after = (np.array(each.fingerprint, np.float32) for each in (pinned, now))
    if not same_fingerprint(before, after):
        raise _mismatch(
            pinned,
            f"the model of that name now gives different embeddings (cosine {before @ after:.3f})",
        )


def same_fingerprint(before: Vectors, after: Vectors) -> bool:
    """Whether two embeddings of the fixed sentence come from the same model."""
    return before.shape == after.shape and float(before @ after) >= _MIN_COSINE


def _mismatch(pinned: Embedder, reason: str) -> EmbedderMismatchError:
    return EmbedderMismatchError(
        f"The snapshot was made with the embedding model {pinned.model!r} "
        f"({pinned.dimension} dimensions), but {reason}. "
        "Set EMBEDDING_MODEL back, or ingest the guides again: guidebot ingest PATH..."
    )
