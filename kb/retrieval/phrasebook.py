"""The phrasebook: how people put common problems, in several languages.

People name what they see, and a guide names what is wrong. Between the two, and between two
languages, an embedding is a weak bridge. It is a strong one between two ways of putting the
same problem. So the phrasebook (phrases.yaml) holds many of them for each subject; a
subject whose concepts a section's heading names is what that section answers, and a question
that is nearer to the phrases of a subject that no section answers is not covered.

Which subject a question is of, a logistic regression says that ingest fits to the phrases
(ingest.index.subjects): it knows what tells subjects apart, where nearness counts everything
alike.
How near the nearest phrases are says, besides, whether a question is of any subject at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from kb.embedder.embeddings import Vectors
from kb.model import Frozen
from kb.snapshot.format import PhraseTables

_NEAREST = 3


class Subject(Frozen):
    """Something that people ask about.

    A section whose headings name all of the concepts `heading` answers it. Where a heading
    has one of the words of `about`, as the table of concepts writes them, the guides treat it
    in some way, and it says nothing for or against a section. `phrases` are by language.
    """

    name: str
    heading: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    phrases: dict[str, tuple[str, ...]]


class Nearness(NamedTuple):
    """How near a question is to phrases, standardised; 0 if it is no nearer than most.

    `sections` is by section: to what it answers; nan where there are no such phrases. So is
    `leads`: the log odds that the question is of a subject that the section answers, and not
    of one that no section does.
    `others` is to the nearest phrases of subjects that no section is known to answer, and
    `outside` to those of them that the guides do not treat at all.
    """

    sections: NDArray[np.float32]
    leads: NDArray[np.float32]
    others: float
    outside: float


@cache
def subjects() -> Sequence[Subject]:
    """Return the subjects of the phrasebook."""
    text = (files("kb.retrieval") / "phrases.yaml").read_text("utf-8")
    values = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tuple(
        Subject(
            name=name,
            heading=tuple(value.pop("heading", ())),
            about=tuple(value.pop("about", ())),
            phrases=value,
        )
        for name, value in values.items()
    )


class PhraseIndex:
    """The phrases of a snapshot, to compare a question with."""

    def __init__(self, tables: PhraseTables) -> None:
        """Take phrases, their vectors (phrases, dimension) and how they score otherwise.

        Their background is that of kb.retrieval.background.standardisation, shape (groups, 2,
        phrases). The weights have a row for each kind of phrase: those of a vector's elements,
        and the bias; the centres, shape (groups, dimension), are what `centred` takes.
        """
        phrases = tables.phrases
        self._vectors = tables.vectors
        self._background = tables.background
        self._others = np.array([not phrase.sections for phrase in phrases], bool)
        self._outside = self._others & np.array([not phrase.treated for phrase in phrases], bool)
        rows: dict[int, list[int]] = {}
        for row, phrase in enumerate(phrases):
            for section in phrase.sections:
                rows.setdefault(section, []).append(row)
        self._of_section = {section: np.array(some) for section, some in rows.items()}
        self._weights, self._centres = tables.weights, tables.centres
        kinds = np.array([phrase.kind for phrase in phrases], np.int64)
        self._kinds_of = {section: np.unique(kinds[some]) for section, some in rows.items()}
        self._other_kinds = np.unique(kinds[self._others])

    @property
    def answering(self) -> int:
        """How many sections have phrases of their own."""
        return len(self._of_section)

    def nearness(self, vector: Vectors, group: int, sections: int) -> Nearness:
        """Return how near a question is to the phrases, given how many sections there are."""
        near, leads = np.full((2, sections), np.nan, np.float32)
        if not len(self._vectors):
            return Nearness(near, leads, 0.0, 0.0)
        mean, deviation = self._background[group]
        z = (self._vectors @ vector - mean) / deviation
        for section, rows in self._of_section.items():
            near[section] = _nearest(z[rows])
        kinds = self._weights[:, :-1] @ centred(vector, self._centres[group]) + self._weights[:, -1]
        others = _together(kinds[self._other_kinds])
        for section, some in self._kinds_of.items():
            leads[section] = _together(kinds[some]) - others
        return Nearness(near, leads, _nearest(z[self._others]), _nearest(z[self._outside]))


def centred(vectors: Vectors, centre: Vectors) -> Vectors:
    """Return vectors without what all questions in their language share, normalised.

    `centre` is the mean of everyday questions, shape (dimension,) or a row a vector.
    """
    moved = vectors - centre
    normalised: Vectors = moved / np.linalg.norm(moved, axis=-1, keepdims=True)
    return normalised


def _together(scores: NDArray[np.float32]) -> float:
    """Return the score of several kinds as one (the logarithm of the sum of the exponentials)."""
    return float(np.logaddexp.reduce(scores)) if len(scores) else -np.inf


def _nearest(z: NDArray[np.float32]) -> float:
    """Return the mean of the highest scores: one phrase alone may be near by chance."""
    return max(0.0, float(np.sort(z)[-_NEAREST:].mean())) if len(z) else 0.0
