"""Reranks the best hits with an optional cross-encoder."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb.embedder.hub import find_model
from kb.errors import ModelError
from kb.model import Hit
from kb.snapshot.format import Snapshot

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Chosen by hand: each costs a forward pass.
_RERANKED = 10
# The usual limit of cross-encoders based on BERT.
_MAX_TOKENS = 512

# How much a certain match adds to a hit's log odds. Chosen by hand.
_WEIGHT = 4.0


class Reranker:
    """A sentence-transformers CrossEncoder, loaded when first needed. Threads may share it.

    `name` is a folder, or a model on the hub pinned to a commit ("name@commit").
    """

    def __init__(self, name: str, cache: Path) -> None:
        self.name = name
        self._cache = cache
        self._lock = threading.Lock()

    def rerank(self, question: str, hits: Sequence[Hit], snapshot: Snapshot) -> list[Hit]:
        """Return the hits, best first, after scoring the best of them against the question.

        Raises ModelError if the model cannot be loaded.
        """
        from torch.nn import Sigmoid

        first = hits[:_RERANKED]
        if not first:
            return list(hits)
        pairs = [(question, snapshot.chunk(hit.row).text) for hit in first]
        matches = self._model.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        reranked = [
            hit._replace(score=hit.score + _WEIGHT * float(probability))
            for hit, probability in zip(first, matches, strict=True)
        ]
        return sorted(reranked, key=lambda hit: -hit.score) + list(hits[_RERANKED:])

    def load(self) -> None:
        """Load the model now rather than at the first question; raises ModelError."""
        _ = self._model

    @property
    def _model(self) -> CrossEncoder:
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        named = find_model(self.name, "RERANKER")
        try:
            model: CrossEncoder = CrossEncoder(
                named.name,
                revision=named.revision,
                device="cpu",
                cache_folder=str(self._cache),
                max_length=_MAX_TOKENS,
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The reranker {self.name!r} cannot be loaded: {error}\n"
                "Set RERANKER to the folder of a cross-encoder or to NAME@COMMIT, or leave it "
                "empty to do without."
            ) from error
        if model.num_labels != 1:
            raise ModelError(
                f"The reranker {self.name!r} has {model.num_labels} outputs. "
                "RERANKER needs a cross-encoder with a single score for a pair of texts."
            )
        return model
