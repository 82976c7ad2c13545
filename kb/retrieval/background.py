"""The cosines of unrelated texts, by which all cosines are standardised.

Embedding models differ in the mean and spread of their cosines. For the default model both are
known. For any other they are estimated from everyday questions that no guide answers, for each
language, because questions in a guide's own language score higher.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from kb.embedder.embeddings import Vectors

GROUPS = ("en", "ja", "other")
"""The languages with enough everyday questions, and one group for all the others."""

# Keeps a model whose cosines hardly differ from dividing by nearly nothing. Chosen by hand.
_MIN_STD = 0.008
# Enough for a mean and a deviation, and quick.
_MAX_TEXTS = 5000


def group_of(language: str) -> int:
    """Return the position in GROUPS for a question in `language` (ISO 639-1)."""
    return GROUPS.index(language) if language in GROUPS else GROUPS.index("other")


@cache
def background_questions() -> Mapping[str, tuple[str, ...]]:
    """Return the everyday questions of each group."""
    text = (files("kb.retrieval") / "background.txt").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line]
    return {group: tuple(q for name, q in rows if name == group) for group in GROUPS}


def known_background(cosines: tuple[float, float]) -> Vectors:
    """Return the table, shape (groups, 2), of a model whose mean and deviation are known."""
    return np.tile(np.array(cosines, np.float32), (len(GROUPS), 1))


def background_of(texts: Vectors, questions: Mapping[str, Vectors]) -> Vectors:
    """Return the mean and deviation of cosines between texts and each group, shape (groups, 2).

    `texts` are embeddings, shape (texts, dimension); some thousands of them are sampled.
    """
    table = known_background((0.0, 1.0))
    some = texts[:: max(1, len(texts) // _MAX_TEXTS)]
    if len(some):
        for number, group in enumerate(GROUPS):
            scores = some @ questions[group].T
            table[number] = scores.mean(), max(float(scores.std()), _MIN_STD)
    return table
