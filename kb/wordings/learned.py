"""Wordings that people teach: what they asked, and which problem turned out to be meant.

A lesson is one person's word that a question is about a problem, or is not. A question becomes a
wording of the problem once two people say so: of it, or of questions that are very much like it.
Those who say no of such questions count against them. The docs team's word is the last.

Nobody can turn an answer by it: what is answered without learned wordings is answered the same
with them, and they lift problems, but lower none (kb.knowledge_base). One person alone teaches
nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from kb.embedder.embeddings import Vectors
from kb.model import Frozen

ENOUGH_PEOPLE = 2

# In deviations above what everyday questions have with each other. At 2, questions about different
# problems of one guide are often alike, and one honest lesson would carry somebody's wrong one.
_ALIKE = 3.0


class Standing(StrEnum):
    """What a learned wording is worth."""

    COUNTS = "counts"
    WAITING = "waiting"
    """For a second person, or for the docs team."""
    WEAKENED = "weakened"
    """So many say no that it does not count."""
    REMOVED = "removed"


class Lesson(Frozen):
    """What a person says: that a question is about a problem ("guide#anchor"), or is not.

    `language` is the question's (ISO 639-1), and `at` when it was said (seconds since 1970).
    """

    problem: str
    text: str
    language: str
    person: str
    good: bool
    at: float = 0.0


@dataclass(frozen=True)
class LearnedWording:
    """A question as a wording of a problem, and how many people are for it and against it."""

    problem: str
    text: str
    language: str
    people: int
    against: int
    standing: Standing

    @property
    def id(self) -> str:
        """What the docs team calls it: 8 hexadecimal digits."""
        return wording_id(self.problem, self.text)


def wording_id(problem: str, text: str) -> str:
    """Return what the docs team calls a wording of a problem."""
    return hashlib.sha256(f"{problem}\n{text_key(text)}".encode()).hexdigest()[:8]


def text_key(text: str) -> str:
    """Return what stands for a text where it is not kept, the same however it is capitalised."""
    return hashlib.sha256(text.casefold().encode()).hexdigest()[:16]


def learn(
    lessons: Sequence[Lesson],
    rulings: Mapping[tuple[str, str], bool],
    vectors: Mapping[str, Vectors],
    background: Mapping[str, tuple[float, float]],
    *,
    people_decide: bool = True,
) -> list[LearnedWording]:
    """Return the wordings that lessons make, each question once for a problem.

    Of a person's lessons about questions that are alike, the last in the order given counts.
    `rulings` are the docs team's, by problem and text_key: accepted, or removed. `vectors` are the
    questions' embeddings, and `background` has the mean and deviation of cosines by language. If
    people do not decide, only the docs team does.
    """
    by_problem: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        by_problem.setdefault(lesson.problem, []).append(lesson)
    found: list[LearnedWording] = []
    for problem, some in by_problem.items():
        said = {lesson.text.casefold(): lesson for lesson in reversed(some) if lesson.good}
        wordings = list(reversed(said.values()))
        if not wordings:
            continue
        likeness = _likeness(wordings, some, vectors, background)
        for wording, row in zip(wordings, likeness, strict=True):
            last_words = {
                some[n].person: some[n].good for n in map(int, np.flatnonzero(row >= _ALIKE))
            }
            people = sum(last_words.values())
            against = len(last_words) - people
            ruling = rulings.get((problem, text_key(wording.text)))
            standing = _standing(people, against, ruling, people_decide)
            found.append(
                LearnedWording(
                    problem,
                    wording.text,
                    wording.language,
                    people,
                    against,
                    standing,
                )
            )
    return found


def by_standing(learned: Iterable[LearnedWording]) -> list[LearnedWording]:
    """Return wordings in the order of the standings, those that most people are for first."""
    order = list(Standing)
    return sorted(learned, key=lambda each: (order.index(each.standing), -each.people, each.text))


def _standing(people: int, against: int, ruling: bool | None, people_decide: bool) -> Standing:
    if ruling is not None:
        return Standing.COUNTS if ruling else Standing.REMOVED
    if not people_decide or people < ENOUGH_PEOPLE:
        return Standing.WAITING
    return Standing.COUNTS if people > against else Standing.WEAKENED


def _likeness(
    wordings: Sequence[Lesson],
    lessons: Sequence[Lesson],
    vectors: Mapping[str, Vectors],
    background: Mapping[str, tuple[float, float]],
) -> NDArray[np.float32]:
    """Return how much alike questions are, in deviations, shape (wordings, lessons)."""
    own = np.stack([vectors[wording.text] for wording in wordings])
    others = np.stack([vectors[lesson.text] for lesson in lessons])
    usual = np.array([background[wording.language] for wording in wordings], np.float32)
    found: NDArray[np.float32] = (own @ others.T - usual[:, :1]) / usual[:, 1:]
    return found
