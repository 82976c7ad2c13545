"""The real embedding model, asked once for each question however often a run asks it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.embedder import embeddings
from kb.embedder.embeddings import InputType, SentenceTransformerEmbeddings, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


# As it is before tests replace it with `load_once`.
_load_model = embeddings.load_model


@functools.cache
def _loaded(name: str, cache: Path) -> SentenceTransformer:
    # Tracing for coverage doubles the time of importing the libraries.
    tracing = sys.gettrace()
    sys.settrace(None)
    try:
        return _load_model(name, cache)
    finally:
        sys.settrace(tracing)


def load_once(name: str, cache: Path) -> SentenceTransformer:
    """Load a model as `kb.embedder.embeddings.load_model` does, once in a process."""
    return _loaded(name, cache.resolve())


_FEW = 8
"""Questions come few at a time; what is ingested comes in batches, and has a cache of its own."""


class RememberingEmbeddings(SentenceTransformerEmbeddings):
    """Remembers the vectors of questions."""

    def __init__(self, name: str, cache: Path, threads: int) -> None:
        super().__init__(name, cache, threads)
        self._remembered: dict[tuple[str, ...], Vectors] = {}

    def encode(
        self,
        texts: Sequence[str],
        input_type: InputType,
        progress: Callable[[int], None] | None = None,
    ) -> Vectors:
        """Return the vectors of texts, as the model gives them."""
        if input_type == "document" or len(texts) > _FEW:
            return super().encode(texts, input_type, progress)
        key = tuple(texts)
        if key not in self._remembered:
            self._remembered[key] = super().encode(texts, input_type, progress)
        return self._remembered[key]
