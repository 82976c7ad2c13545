"""What cosines mean with an embedding model: those that mean nothing, to count the others from.

Models differ in how high their cosines are, and how far apart. The default model was trained with
one height for all texts, which is known. With any other, everyday questions that no guide is
expected to answer tell, in the asker's language, as questions in a guide's own language score
higher than others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from kb.embedder.embeddings import Vectors

GROUPS = ("en", "ja", "other")
"""The languages that have questions enough of their own, and all others together."""

_LEAST_DEVIATION = 0.008
_MOST_TEXTS = 5000


def group_of(language: str) -> int:
    """Return the number of the group that a question in `language` (ISO 639-1) belongs to."""
    return GROUPS.index(language) if language in GROUPS else GROUPS.index("other")


@cache
def background_questions() -> Mapping[str, tuple[str, ...]]:
    """Return the everyday questions of each group."""
    text = (files("kb.retrieval") / "background.txt").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line]
    return {group: tuple(q for name, q in rows if name == group) for group in GROUPS}


def known_background(cosines: tuple[float, float]) -> Vectors:
    """Return the table of a model of which the mean and deviation are known."""
    return np.tile(np.array(cosines, np.float32), (len(GROUPS), 1))


def background_of(texts: Vectors, questions: Mapping[str, Vectors]) -> Vectors:
    """Return the mean and deviation of the texts' cosines to each group, shape (groups, 2).

    They are those of all texts together, taken from some thousands of them.
    """
    table = known_background((0.0, 1.0))
    some = texts[:: max(1, len(texts) // _MOST_TEXTS)]
    if len(some):
        for number, group in enumerate(GROUPS):
            scores = some @ questions[group].T
            table[number] = scores.mean(), max(float(scores.std()), _LEAST_DEVIATION)
    return table
