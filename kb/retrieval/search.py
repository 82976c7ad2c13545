"""Ranks the problems of a snapshot for a question: by their text, words and wordings.

A problem is scored by the cosines of its best chunk and best block, by BM25, and by the cosines of
its nearest wordings. The weights (kb.retrieval.ranking) were fitted on many guides and evaluated
on others (docs/retrieval.md).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kb.embedder.embeddings import Vectors
from kb.model import DRAFT, Audience, Hit, Section, Wording, problem_heading
from kb.retrieval.background import group_of
from kb.retrieval.editions import Editions
from kb.retrieval.grouped import Grouped, Numbers, Scores, mean_of_best
from kb.retrieval.lexical import LexicalIndex, Synonyms, question_terms
from kb.retrieval.mentions import mentioned_problems
from kb.retrieval.ranking import SHIPPED, Ranking, believed
from kb.snapshot.format import PROBLEM_TERMS, Snapshot
from kb.snapshot.terms import read_terms

# How many chunks, wordings and, by words, problems make the candidates that are scored in full.
# Chosen by hand.
_NEAREST_CHUNKS = 200
_NEAREST_WORDINGS = 512
_BEST_BY_WORDS = 50

# The feature `wordings` is the mean of this many (docs/retrieval.md, first table).
_WORDINGS_AVERAGED = 3

# The weights were fitted on guides of up to this many problems. Beyond that more problems are about
# the same thing, and the question's own words tell them apart (docs/retrieval.md, "Large guides").
_FITTED_PROBLEMS = 200
# Chosen by hand; the largest guide measured has 2,041 problems ("Large manuals").
_MAX_DOUBLINGS = 3.0

# Chosen by hand. Bytes of UTF-8, so that four characters of Japanese count as a dozen letters.
_MAX_EXAMPLE_CHARACTERS = 60
_TELLING_EXAMPLE_BYTES = 12

# From this standardised cosine on, a wording is worth naming as near a question. Chosen by hand.
_NEAR = 2.0


class SearchIndex:
    """A snapshot ready for searching. Immutable, so threads may share it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        firsts, problem_of = np.unique(snapshot.problems, return_inverse=True)
        self._firsts: Numbers = firsts
        count = len(firsts)
        self._chunks = Grouped(problem_of[snapshot.chunk_sections], count)
        self._blocks = Grouped(problem_of[snapshot.block_sections], count)
        worded = np.array([wording.problem for wording in snapshot.wordings], np.int64)
        self._wordings = Grouped(problem_of[worded], count)
        self._wording_languages = np.array([each.language for each in snapshot.wordings], "U2")
        self._wording_vectors = np.asarray(snapshot.wording_vectors, np.float32)
        self._taught_vectors = self._wording_vectors[:0]
        self._all_wordings = snapshot.wordings
        self._words = LexicalIndex(read_terms(snapshot.path, PROBLEM_TERMS))
        self._editions = Editions(snapshot, firsts)
        languages = np.array([guide.language for guide in snapshot.guides], "U2")
        self._languages_of = languages[snapshot.guide_of[firsts]]
        doublings = math.log2(max(count, _FITTED_PROBLEMS) / _FITTED_PROBLEMS)
        self._doublings = min(_MAX_DOUBLINGS, doublings)
        self.languages = tuple(dict.fromkeys(guide.language for guide in snapshot.guides))
        groups = [group for guide in snapshot.guides for group in guide.synonyms]
        groups += [group for pack in snapshot.manifest.packs for group in pack.synonyms]
        self._synonyms = Synonyms(groups)

    def with_wordings(self, wordings: Sequence[Wording], vectors: Vectors) -> SearchIndex:
        """Return a copy with more wordings; `vectors`, shape (wordings, dimension), are theirs."""
        index = copy.copy(self)
        problem_of = np.searchsorted(self._firsts, [wording.problem for wording in wordings])
        known = self._wordings.problem_of
        index._wordings = Grouped(np.concatenate([known, problem_of]), len(self._firsts))
        languages = np.array([wording.language for wording in wordings], "U2")
        index._wording_languages = np.concatenate([self._wording_languages, languages])
        # Kept apart from the snapshot's own, which may be many, so that they are not copied.
        index._taught_vectors = vectors
        index._all_wordings = (*self._all_wordings, *wordings)
        return index

    def nearest_wording(self, name: str, vector: Vectors, language: str) -> Wording | None:
        """Return the wording of a problem ("guide#anchor") nearest to a question, if one is near.

        `vector` is the question's embedding, shape (dimension,); `language` its language.
        """
        problems = np.searchsorted(self._firsts, self.rows_of(name))
        rows, _ = self._wordings.of(problems)
        if not len(rows):
            return None
        cosines = self._wording_cosines(vector)[rows]
        mean, deviation = self.wording_background(language)
        near = float(cosines.max()) >= mean + _NEAR * deviation
        return self._all_wordings[int(rows[cosines.argmax()])] if near else None

    def rows_of(self, name: str) -> list[int]:
        """Return the rows of the first sections of a problem ("guide#anchor"), in all editions.

        A problem that was renamed since is followed to its new name.
        """
        guide, _, anchor = self.snapshot.manifest.called_now(name).partition("#")
        rows = [self._rows.get((guide, language, anchor)) for language in self.languages]
        return [int(self.snapshot.problems[row]) for row in rows if row is not None]

    def named_in(self, text: str) -> list[str]:
        """Return the problems ("guide#anchor") that a text links to, or else quotes by heading."""
        return mentioned_problems(text, self.snapshot)

    def wording_background(self, language: str) -> tuple[float, float]:
        """Return the mean and deviation of cosines between a question and unrelated wordings."""
        mean, deviation = self.snapshot.background[2, group_of(language)]
        return float(mean), float(deviation)

    def problem(self, section: int) -> list[Section]:
        """Return the sections of the problem that a section belongs to, in the guide's order."""
        first = self.snapshot.problems[section]
        rows = np.flatnonzero(self.snapshot.problems == first)
        return [self.snapshot.section(int(row)).section for row in rows]

    def names(self, hit: Hit) -> list[tuple[str, str]]:
        """Return the names of a hit's problem in golden questions: ("anchor", "guide#anchor").

        One pair for each of the problem's sections, in the guide's order.
        """
        guide = self.snapshot.guides[self.snapshot.guide_of[hit.section]]
        anchors = [section.anchor for section in self.problem(hit.section)]
        return [(anchor, f"{guide.id}#{anchor}") for anchor in anchors]

    def find(
        self, guide_id: str, language: str, anchor: str, audience: Audience | None = None
    ) -> int | None:
        """Return the row of the section that a citation names, if it is visible to the audience."""
        row = self._rows.get((guide_id, language, anchor))
        if row is None:
            return None
        guide = self.snapshot.guides[self.snapshot.guide_of[row]]
        return row if guide.is_visible_to(audience) else None

    def headings(self, language: str, audience: Audience | None = None) -> list[tuple[str, str]]:
        """Return the problems an asker can find, each as ("guide#anchor", heading)."""
        problems = np.flatnonzero(self._editions.searched(language, audience))
        return [self._named(int(self._firsts[problem])) for problem in problems]

    def unworded(self, language: str, audience: Audience | None = None) -> list[tuple[str, str]]:
        """Return the problems that have no wordings, as `headings` does."""
        worded = np.bincount(self._wordings.problem_of, minlength=len(self._firsts)) > 0
        problems = self._editions.searched(language, audience) & ~worded
        return [self._named(int(self._firsts[problem])) for problem in np.flatnonzero(problems)]

    def _named(self, number: int) -> tuple[str, str]:
        """Return ("guide#anchor", heading) of a problem, given its first section's row."""
        row = self.snapshot.section(number)
        guide = self.snapshot.guides[row.guide]
        return f"{guide.id}#{row.section.anchor}", problem_heading(row.section, guide)

    @cached_property
    def _rows(self) -> dict[tuple[str, str, str], int]:
        rows = {}
        for number in range(self.snapshot.manifest.sections):
            row = self.snapshot.section(number)
            guide = self.snapshot.guides[row.guide]
            rows[guide.id, guide.language, row.section.anchor] = number
        return rows

    def titles(self, language: str, audience: Audience | None = None) -> tuple[str, ...]:
        """Return the guides' titles, each in the edition that suits the asker best."""
        return tuple(guide.title for guide in self._editions.guides(language, audience))

    def examples(self, language: str, audience: Audience | None = None) -> list[tuple[str, str]]:
        """Return example questions, one for each problem, each as ("guide#anchor", text).

        The text is a short wording in the asker's language, or else the problem's heading.
        Wordings come first, then headings that say the most.
        """
        asked: dict[int, str] = {}
        for wording in self.snapshot.wordings:
            fits = wording.language == language and len(wording.text) <= _MAX_EXAMPLE_CHARACTERS
            if fits and wording.origin != DRAFT:
                asked.setdefault(wording.problem, wording.text)
        found: list[tuple[bool, int, tuple[str, str]]] = []
        for problem in np.flatnonzero(self._editions.searched(language, audience)):
            row = int(self._firsts[problem])
            key, heading = self._named(row)
            text = asked.get(row, heading)
            telling = min(len(text.encode("utf-8")), _TELLING_EXAMPLE_BYTES)
            if text.strip():
                found.append((row in asked, telling, (key, text)))
        return [each for _, _, each in sorted(found, key=lambda e: (-e[0], -e[1]))]

    def unknown_terms(self, question: str, language: str) -> int:
        """Return how many of a question's terms, stop words aside, occur in no guide."""
        terms = set(question_terms(question, language))
        return sum(not self._words.knows(term) for term in terms)

    def search(
        self,
        question: str,
        vector: Vectors,
        language: str,
        ranking: Ranking = SHIPPED,
        audience: Audience | None = None,
    ) -> list[Hit]:
        """Return the hits for a question, best first.

        `vector` is the question's embedding, shape (dimension,); `language` its language.
        Only guides visible to `audience` are searched, and of their editions the one that suits
        the asker, with the problems of others that it lacks.
        """
        if not self.snapshot.manifest.chunks:
            return []
        allowed = self._editions.searched(language, audience)
        terms = question_terms(question, language)
        known = sum(self._words.knows(term) for term in terms) / max(1, len(terms))
        terms += self._synonyms.of(question)
        words = self._words.shares(terms)
        problems = self._candidates(vector, words, allowed)
        passages, best = self._passages(vector, problems)
        blocks = self._best_blocks(vector, problems)
        nearest, wordings, counts = self._nearest_wordings(vector, problems, language)
        background = self.snapshot.background[:, group_of(language)]
        near = _standardised(nearest, background[2])
        found = {
            "passage": _standardised(passages, background[0]),
            "block": _standardised(blocks, background[1]),
            "words": words[problems],
            "known": np.full(len(problems), known, np.float32),
            "nearest": near,
            "wordings": _standardised(wordings, background[2]),
            "believed": believed(counts, near),
        }
        # Only where question and guide share a language do words say anything. The problem with
        # most of the words keeps its score and the others lose, so that confidence never rises.
        same = self._languages_of[problems] == language
        leaning = ranking.leaning * self._doublings * known * same
        scores = ranking.log_odds(found) + leaning * (words[problems] - 1)
        return [
            Hit(
                row=int(best[n]),
                section=int(self.snapshot.chunk_sections[best[n]]),
                problem=int(self._firsts[problems[n]]),
                score=float(scores[n]),
                **{name: float(values[n]) for name, values in found.items()},
            )
            for n in np.argsort(-scores, kind="stable")
        ]

    def _candidates(self, vector: Vectors, words: Scores, allowed: NDArray[np.bool_]) -> Numbers:
        """Return the problems near the question by chunks, wordings or words, shape (problems,)."""
        # Other editions take up places among the nearest, so ask for more.
        editions = len(self.languages)
        wanted = min(self.snapshot.manifest.chunks, _NEAREST_CHUNKS * editions)
        _, nearest = self.snapshot.vector_index.search(vector[None, :], wanted)
        near = [self._chunks.problem_of[nearest[0]]]
        if len(self._all_wordings):
            cosines = self._wording_cosines(vector)
            near.append(self._wordings.problem_of[_highest(cosines, _NEAREST_WORDINGS * editions)])
        by_words = _highest(words, _BEST_BY_WORDS * editions)
        near.append(by_words[words[by_words] > 0])
        problems = np.unique(np.concatenate(near))
        # A problem may be a bare heading, with nothing to answer from.
        _, places = self._chunks.of(problems)
        with_text = np.bincount(places, minlength=len(problems)) > 0
        found: Numbers = problems[allowed[problems] & with_text]
        return found

    def _wording_cosines(self, vector: Vectors) -> Scores:
        """Return the cosines of all wordings, shape (wordings,)."""
        known = [
            each @ vector for each in (self._wording_vectors, self._taught_vectors) if len(each)
        ]
        return np.concatenate([*known, np.zeros(0, np.float32)])

    def _passages(self, vector: Vectors, problems: Numbers) -> tuple[Scores, Numbers]:
        """Return the cosine of each problem's best chunk, and its row, both shape (problems,)."""
        rows, places = self._chunks.of(problems)
        if not len(rows):
            return np.zeros(0, np.float32), rows
        cosines = self.snapshot.vector_index.reconstruct_batch(rows) @ vector
        order = np.lexsort((-cosines, places))
        first = order[np.searchsorted(places[order], np.arange(len(problems)))]
        return cosines[first], rows[first]

    def _best_blocks(self, vector: Vectors, problems: Numbers) -> Scores:
        rows, places = self._blocks.of(problems)
        cosines = np.asarray(self.snapshot.blocks[rows], np.float32) @ vector
        return mean_of_best(cosines, places, len(problems), 1)

    def _nearest_wordings(
        self, vector: Vectors, problems: Numbers, language: str
    ) -> tuple[Scores, Scores, Numbers]:
        """Return the nearest wording's cosine, the mean of the nearest ones, and the count of all.

        Each has shape (problems,). Of many wordings some are near by chance, so only those in the
        asker's language are used where there are enough of them.
        """
        rows, places = self._wordings.of(problems)
        counts = np.bincount(places, minlength=len(problems))
        own = self._wording_languages[rows] == language
        enough = np.bincount(places[own], minlength=len(problems)) >= _WORDINGS_AVERAGED
        taken = own | ~enough[places]
        rows, places = rows[taken], places[taken]
        cosines = self._wording_cosines(vector)[rows]
        nearest = mean_of_best(cosines, places, len(problems), 1)
        return nearest, mean_of_best(cosines, places, len(problems), _WORDINGS_AVERAGED), counts


def _standardised(cosines: Scores, background: NDArray[np.float32]) -> Scores:
    mean, deviation = background
    scores: Scores = (cosines - mean) / deviation
    return scores


def _highest(scores: Scores, count: int) -> Numbers:
    """Return the rows of the highest scores, in no particular order."""
    if count >= len(scores):
        return np.arange(len(scores))
    found: Numbers = np.argpartition(-scores, count)[:count]
    return found
