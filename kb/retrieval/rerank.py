"""An optional second look at the sections that were found, by a cross-encoder."""

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

_LOOKED_AT = 10
_MOST_TOKENS = 512

# What the probability of a match adds to the log odds.
_WEIGHT = 4.0


class Reranker:
    """Any CrossEncoder of sentence-transformers, which threads may share.

    `name` is its folder, or its name on the hub and its commit ("name@commit").
    """

    def __init__(self, name: str, cache: Path) -> None:
        self.name = name
        self._cache = cache
        self._lock = threading.Lock()

    def rerank(self, question: str, hits: Sequence[Hit], snapshot: Snapshot) -> list[Hit]:
        """Return the hits, best first, after the best of them were read beside the question.

        Raises ModelError if the model cannot be had.
        """
        from torch.nn import Sigmoid

        first = hits[:_LOOKED_AT]
        if not first:
            return list(hits)
        pairs = [(question, snapshot.chunk(hit.row).text) for hit in first]
        found = self._model.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        again = [
            hit._replace(score=hit.score + _WEIGHT * float(probability))
            for hit, probability in zip(first, found, strict=True)
        ]
        return sorted(again, key=lambda hit: -hit.score) + list(hits[_LOOKED_AT:])

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
                max_length=_MOST_TOKENS,
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The reranker {self.name!r} cannot be loaded: {error}\n"
                "RERANKER takes the folder of a cross-encoder, or NAME@COMMIT; "
                "leave it empty for none."
            ) from error
        if model.num_labels != 1:
            raise ModelError(
                f"The reranker {self.name!r} has {model.num_labels} outputs. "
                "RERANKER takes a cross-encoder that gives one score for a pair of texts."
            )
        return model
