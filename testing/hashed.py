"""A stand-in for the embedding model where only the words of a text matter: it takes no time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from kb.embedder.embeddings import InputType, SentenceTransformerEmbeddings, Vectors

_DIMENSION = 256
_WORD = re.compile(r"\w+")


class HashedEmbeddings(SentenceTransformerEmbeddings):
    """Counts the words of a text: texts with the same words have the same vector."""

    def __init__(self) -> None:
        super().__init__("hashed-words", Path())

    @property
    def dimension(self) -> int:
        """The vectors' length."""
        return _DIMENSION

    @property
    def token_limit(self) -> int:
        """How many words it reads."""
        return 512

    def load(self) -> None:
        """Do nothing: there is no model."""

    def prompt(self, input_type: InputType) -> str:
        """Return nothing: it wants no words before a text."""
        return ""

    def count_tokens(self, text: str) -> int:
        """Return how many words there are."""
        return len(_WORD.findall(text))

    def encode(
        self,
        texts: Sequence[str],
        input_type: InputType,
        progress: Callable[[int], None] | None = None,
    ) -> Vectors:
        """Return the vectors of texts, as the model's are shaped."""
        # So that a text without words has a direction, too.
        vectors = np.full((len(texts), _DIMENSION), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.casefold()):
                vectors[row, crc32(word.encode()) % _DIMENSION] += 1
        if progress:
            progress(len(texts))
        normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised
