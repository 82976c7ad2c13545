"""Wordings that people teach: what they asked, and which problem it turned out to be about.

A lesson is one person's statement that a question is about a problem, or is not. A question becomes
a wording of the problem once two people say so about it or about very similar questions. Those who
say the opposite count against it. The docs team's ruling overrides both.

Nobody can change an answer this way: what is answered without learned wordings is answered the same
with them, and they raise problems but never lower any (kb.knowledge_base). One person alone teaches
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
"""How many people it takes, so that nobody teaches alone (docs/retrieval.md, "What people teach").
"""

# The standardised cosine from which questions are similar. Chosen by hand: at 2, questions about
# different problems of one guide often are, so that an honest lesson would support a wrong one.
_SIMILAR = 3.0


class Standing(StrEnum):
    """Whether a learned wording is used, and if not, why."""

    COUNTS = "counts"
    WAITING = "waiting"
    """For a second person to agree, or for the docs team."""
    WEAKENED = "weakened"
    """Too many people contradict it."""
    REMOVED = "removed"


class Lesson(Frozen):
    """One person's statement that a question is about a problem ("guide#anchor"), or is not.

    `language` is the question's (ISO 639-1), `at` a Unix timestamp in seconds.
    """

    problem: str
    text: str
    language: str
    person: str
    good: bool
    at: float = 0.0


@dataclass(frozen=True)
class LearnedWording:
    """A question as a wording of a problem, and how many people support or contradict it."""

    problem: str
    text: str
    language: str
    people: int
    against: int
    standing: Standing

    @property
    def id(self) -> str:
        """The id by which the docs team refers to it: 8 hexadecimal digits."""
        return wording_id(self.problem, self.text)


def wording_id(problem: str, text: str) -> str:
    """Return the id by which the docs team refers to a wording of a problem."""
    return hashlib.sha256(f"{problem}\n{text_key(text)}".encode()).hexdigest()[:8]


def text_key(text: str) -> str:
    """Return a case-insensitive key for a text that is itself not stored: 16 hex digits."""
    return hashlib.sha256(text.casefold().encode()).hexdigest()[:16]


def learn(
    lessons: Sequence[Lesson],
    rulings: Mapping[tuple[str, str], bool],
    vectors: Mapping[str, Vectors],
    background: Mapping[str, tuple[float, float]],
    *,
    people_decide: bool = True,
) -> list[LearnedWording]:
    """Return the wordings that lessons make, each question once per problem.

    Of one person's lessons about similar questions, the last in the given order counts. `rulings`
    are the docs team's, by problem and `text_key`: True for accepted, False for removed. `vectors`
    holds the embedding of each lesson's text, `background` the mean and deviation of unrelated
    cosines by language. Unless `people_decide`, wordings wait for the docs team.
    """
    by_problem: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        by_problem.setdefault(lesson.problem, []).append(lesson)
    found: list[LearnedWording] = []
    for problem, some in by_problem.items():
        positive = {lesson.text.casefold(): lesson for lesson in reversed(some) if lesson.good}
        wordings = list(reversed(positive.values()))
        if not wordings:
            continue
        similarity = _similarity(wordings, some, vectors, background)
        for wording, row in zip(wordings, similarity, strict=True):
            votes = {
                some[n].person: some[n].good for n in map(int, np.flatnonzero(row >= _SIMILAR))
            }
            people = sum(votes.values())
            against = len(votes) - people
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
    """Return wordings ordered by standing, then by how many people support them."""
    order = list(Standing)
    return sorted(learned, key=lambda each: (order.index(each.standing), -each.people, each.text))


def _standing(people: int, against: int, ruling: bool | None, people_decide: bool) -> Standing:
    if ruling is not None:
        return Standing.COUNTS if ruling else Standing.REMOVED
    if not people_decide or people < ENOUGH_PEOPLE:
        return Standing.WAITING
    return Standing.COUNTS if people > against else Standing.WEAKENED


def _similarity(
    wordings: Sequence[Lesson],
    lessons: Sequence[Lesson],
    vectors: Mapping[str, Vectors],
    background: Mapping[str, tuple[float, float]],
) -> NDArray[np.float32]:
    """Return the standardised cosines between questions, shape (wordings, lessons)."""
    own = np.stack([vectors[wording.text] for wording in wordings])
    others = np.stack([vectors[lesson.text] for lesson in lessons])
    usual = np.array([background[wording.language] for wording in wordings], np.float32)
    found: NDArray[np.float32] = (own @ others.T - usual[:, :1]) / usual[:, 1:]
    return found
