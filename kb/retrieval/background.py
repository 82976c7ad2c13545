"""Everyday questions that no guide is expected to answer, to standardise scores with.

Some chunks are near every question, all scores of models such as E5 lie close together, and
a question in the chunk's own language scores higher than one in another. How far a score
stands out among the chunk's scores for everyday questions in the asker's language says more
than the score itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from kb.embedder.embeddings import Vectors

GROUPS = ("en", "ja", "other")
"""The languages that have questions enough of their own, and all others together."""

# No chunk's scores are so alike that a small difference should count for much.
_LEAST_DEVIATION = 0.008


def group_of(language: str) -> int:
    """Return the number of the group that a question in `language` (ISO 639-1) belongs to."""
    return GROUPS.index(language) if language in GROUPS else GROUPS.index("other")


@cache
def background_questions() -> Mapping[str, tuple[str, ...]]:
    """Return the questions of each group."""
    text = (files("kb.retrieval") / "background.txt").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line]
    return {group: tuple(q for name, q in rows if name == group) for group in GROUPS}


def standardisation(texts: Vectors, questions: Mapping[str, Vectors], own: float) -> Vectors:
    """Return the mean and deviation of each text's scores, shape (groups, 2, texts).

    A text's own are estimates from some tens of questions, so they are drawn towards those of
    all texts; `own`, in [0, 1], is what is left of them.
    """
    table = np.zeros((len(GROUPS), 2, len(texts)), np.float32)
    if not len(texts):
        return table
    for number, group in enumerate(GROUPS):
        scores = texts @ questions[group].T
        deviations = np.maximum(scores.std(axis=1), _LEAST_DEVIATION)
        for row, values in enumerate((scores.mean(axis=1), deviations)):
            table[number, row] = own * values + (1 - own) * values.mean()
    return table
