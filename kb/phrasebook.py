"""The phrasebook: how people put common problems, in several languages.

People name what they see, and a guide names what is wrong. Between the two, and between two
languages, an embedding is a weak bridge. It is a strong one between two ways of putting the
same problem. So the phrasebook (data/phrases.yaml) holds many of them for each subject; a
subject whose concepts a section's heading names is what that section answers, and a question
that is nearer to the phrases of a subject that no section answers is not covered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from kb.embeddings import Vectors
from kb.model import Frozen

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


class Phrase(Frozen):
    """A phrase of a snapshot.

    `sections` are the rows of those that answer it. Where there are none, `treated` says
    whether the guides treat its subject in some way all the same.
    """

    sections: tuple[int, ...] = ()
    treated: bool = False


class Nearness(NamedTuple):
    """How near a question is to phrases, standardised; 0 if it is no nearer than most.

    `sections` is by section: to what it answers; nan where there are no such phrases.
    `others` is to the nearest phrases of subjects that no section is known to answer, and
    `outside` to those of them that the guides do not treat at all.
    """

    sections: NDArray[np.float32]
    others: float
    outside: float


@cache
def subjects() -> Sequence[Subject]:
    """Return the subjects of the phrasebook."""
    text = (files("kb") / "data" / "phrases.yaml").read_text("utf-8")
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

    def __init__(self, phrases: Sequence[Phrase], vectors: Vectors, background: Vectors) -> None:
        """Take phrases, their vectors (phrases, dimension) and how they score otherwise.

        `background` is that of kb.background.standardisation, shape (groups, 2, phrases).
        """
        self._vectors = vectors
        self._background = background
        self._others = np.array([not phrase.sections for phrase in phrases], bool)
        self._outside = self._others & np.array([not phrase.treated for phrase in phrases], bool)
        rows: dict[int, list[int]] = {}
        for row, phrase in enumerate(phrases):
            for section in phrase.sections:
                rows.setdefault(section, []).append(row)
        self._of_section = {section: np.array(some) for section, some in rows.items()}

    @property
    def answering(self) -> int:
        """How many sections have phrases of their own."""
        return len(self._of_section)

    def nearness(self, vector: Vectors, group: int, sections: int) -> Nearness:
        """Return how near a question is to the phrases, given how many sections there are."""
        near = np.full(sections, np.nan, np.float32)
        if not len(self._vectors):
            return Nearness(near, 0.0, 0.0)
        mean, deviation = self._background[group]
        z = (self._vectors @ vector - mean) / deviation
        for section, rows in self._of_section.items():
            near[section] = _nearest(z[rows])
        return Nearness(near, _nearest(z[self._others]), _nearest(z[self._outside]))


def _nearest(z: NDArray[np.float32]) -> float:
    """Return the mean of the highest scores: one phrase alone may be near by chance."""
    return max(0.0, float(np.sort(z)[-_NEAREST:].mean())) if len(z) else 0.0


def by_language(phrases: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the phrases of all languages, one after the other."""
    return [phrase for some in phrases.values() for phrase in some]
