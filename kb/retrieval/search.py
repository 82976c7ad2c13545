"""Question to ranked problems: by their text, their words, and how people ask about them.

A problem is as near to a question as its best chunk and its best block are, as the words that
both have say, and as others' wordings of the same problem do. What each of them counts for is
fitted to many guides, and judged on guides that it was not fitted to (docs/retrieval.md).
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.embedder.embeddings import Vectors
from kb.model import DRAFT, Audience, Hit, Section, Wording, problem_heading
from kb.retrieval.background import group_of
from kb.retrieval.grouped import Grouped, Numbers, Scores, mean_of_best
from kb.retrieval.lexical import Synonyms, question_terms, read_lexical
from kb.snapshot.format import PROBLEM_TERMS, SectionRow, Snapshot

_NEAREST_CHUNKS = 200
_NEAREST_WORDINGS = 512
_BEST_BY_WORDS = 50
_WORDINGS_TAKEN = 3
_WORDINGS_THAT_SAY_ALL = 6
# From here to there a single wording is taken for the question in other words. In deviations.
_SAYS_JUST_THAT = (3.0, 4.5)

# Weights are fitted to guides of up to this many problems. The more there are, the more of them
# are about the same, and the more it says which has the question's own words (docs/retrieval.md).
_FEW_PROBLEMS = 200
_MOST_DOUBLINGS = 3.0

_LONGEST_EXAMPLE = 60
_SAYS_ENOUGH = 12
# In bytes: a dozen letters or four characters of Japanese.
_SHORTEST_QUOTE = 12
_NEAR = 2.0

FAR = -3.0
"""The standardised cosine of what there is none of."""


@dataclass(frozen=True)
class Weights:
    """What counts for how much in the log odds of a problem, and what they are counted from.

    All but the bias are named like what they weigh in Hit.
    """

    bias: float = 0.0
    passage: float = 0.0
    block: float = 0.0
    words: float = 0.0
    known: float = 0.0
    nearest: float = 0.0
    wordings: float = 0.0

    def log_odds(self, found: Mapping[str, Scores]) -> Scores:
        """Return the log odds of problems, given what speaks for each; nan stands for nothing."""
        odds: Any = self.bias
        for name, values in found.items():
            odds = odds + getattr(self, name) * np.nan_to_num(values, nan=FAR)
        return np.asarray(odds, np.float32)


@dataclass(frozen=True)
class Ranking:
    """The weights for problems without wordings, and for those that have many.

    Problems with few are in between: of one or two, the nearest says less than their text, if it
    is not the question in other words (docs/retrieval.md). `leaning` is what each doubling of the
    problems, beyond those of the guides that it was fitted to, takes from those without the
    question's words.
    """

    alone: Weights
    worded: Weights
    leaning: float = 0.0

    @classmethod
    def of(cls, weights: Weights) -> Ranking:
        """Return the ranking that takes no notice of wordings."""
        return cls(weights, weights)

    def log_odds(self, found: Mapping[str, Scores]) -> Scores:
        """Return the log odds of problems; `believed` in `found` says how far by their wordings."""
        evidence = {name: values for name, values in found.items() if name != "believed"}
        alone, worded = self.alone.log_odds(evidence), self.worded.log_odds(evidence)
        scores: Scores = alone + np.asarray(found["believed"], np.float32) * (worded - alone)
        return scores


SHIPPED = Ranking(
    alone=Weights(bias=-10.106, passage=1.721, block=1.331, words=1.938, known=-1.817),
    worded=Weights(
        bias=-13.561, block=1.052, words=1.22, known=-1.467, nearest=1.472, wordings=1.481
    ),
    leaning=2.0,
)
"""Fitted by python -m benchmarks.any_guide --shipped; `leaning` chosen in docs/retrieval.md."""


class SearchIndex:
    """A snapshot made ready for searching. Never changes, so threads may share it."""

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
        self._said = snapshot.wordings
        self._words = read_lexical(snapshot.path, PROBLEM_TERMS)
        self._guide_of: Numbers = snapshot.guide_of[firsts]
        self._languages_of = np.array([guide.language for guide in snapshot.guides], "U2")
        doublings = math.log2(max(count, _FEW_PROBLEMS) / _FEW_PROBLEMS)
        self._doublings = min(_MOST_DOUBLINGS, doublings)
        self._allowed_for: dict[str, NDArray[np.bool_]] = {}
        self.languages = tuple(dict.fromkeys(guide.language for guide in snapshot.guides))
        groups = [group for guide in snapshot.guides for group in guide.synonyms]
        groups += [group for pack in snapshot.manifest.packs for group in pack.synonyms]
        self._synonyms = Synonyms(groups)

    def with_wordings(self, wordings: Sequence[Wording], vectors: Vectors) -> SearchIndex:
        """Return the same with further wordings; `vectors` are theirs, row by row."""
        index = copy.copy(self)
        problem_of = np.searchsorted(self._firsts, [wording.problem for wording in wordings])
        known = self._wordings.problem_of
        index._wordings = Grouped(np.concatenate([known, problem_of]), len(self._firsts))
        languages = np.array([wording.language for wording in wordings], "U2")
        index._wording_languages = np.concatenate([self._wording_languages, languages])
        # Beside the others, which may be many, and are not copied for each of these.
        index._taught_vectors = vectors
        index._said = (*self._said, *wordings)
        return index

    def nearest_wording(self, name: str, vector: Vectors, language: str) -> Wording | None:
        """Return which of a problem's wordings is nearest to a question, if any is near."""
        problems = np.searchsorted(self._firsts, self.rows_of(name))
        rows, _ = self._wordings.of(problems)
        if not len(rows):
            return None
        cosines = self._wording_cosines(vector)[rows]
        mean, deviation = self.wording_background(language)
        near = float(cosines.max()) >= mean + _NEAR * deviation
        return self._said[int(rows[cosines.argmax()])] if near else None

    def rows_of(self, name: str) -> list[int]:
        """Return the rows of the first sections of a problem ("guide#anchor"), in all editions.

        One that was renamed since is followed.
        """
        guide, _, anchor = self.snapshot.manifest.called_now(name).partition("#")
        rows = [self._rows.get((guide, language, anchor)) for language in self.languages]
        return [int(self.snapshot.problems[row]) for row in rows if row is not None]

    def named_in(self, text: str) -> list[str]:
        """Return the problems ("guide#anchor") that a text links to, or else that it quotes."""
        sections = [self.snapshot.section(n) for n in range(self.snapshot.manifest.sections)]
        guides = self.snapshot.guides

        def names(rows: Iterable[SectionRow]) -> list[str]:
            firsts = (self.snapshot.section(row.problem) for row in rows)
            return list(dict.fromkeys(f"{guides[f.guide].id}#{f.section.anchor}" for f in firsts))

        linked = [row for row in sections if row.section.url and _links_to(row.section.url, text)]
        if linked:
            return names(linked)
        quoted: dict[str, list[SectionRow]] = {}
        for row in sections:
            heading = problem_heading(row.section, guides[row.guide])
            if len(heading.encode("utf-8")) >= _SHORTEST_QUOTE and _quotes(heading, text):
                quoted.setdefault(heading.casefold(), []).append(row)
        # Of "a lost card" and "a lost card on a trip" the longer one is meant.
        longest = [h for h in quoted if not any(h != other and h in other for other in quoted)]
        return names(row for heading in longest for row in quoted[heading])

    def wording_background(self, language: str) -> tuple[float, float]:
        """Return mean and deviation of the cosines of a question to wordings about other things."""
        mean, deviation = self.snapshot.background[2, group_of(language)]
        return float(mean), float(deviation)

    def problem(self, section: int) -> list[Section]:
        """Return the sections of the problem that a section belongs to, in the guide's order."""
        first = self.snapshot.problems[section]
        rows = np.flatnonzero(self.snapshot.problems == first)
        return [self.snapshot.section(int(row)).section for row in rows]

    def names(self, hit: Hit) -> list[tuple[str, str]]:
        """Return what golden questions call a problem: "anchor" and "guide#anchor".

        That is so for each of its sections, the first one's before the others'.
        """
        guide = self.snapshot.guides[self.snapshot.guide_of[hit.section]]
        anchors = [section.anchor for section in self.problem(hit.section)]
        return [(anchor, f"{guide.id}#{anchor}") for anchor in anchors]

    def find(
        self, guide_id: str, language: str, anchor: str, audience: Audience | None = None
    ) -> int | None:
        """Return the row of the section that a citation names, if the audience may know of it."""
        row = self._rows.get((guide_id, language, anchor))
        if row is None:
            return None
        guide = self.snapshot.guides[self.snapshot.guide_of[row]]
        return row if guide.is_visible_to(audience) else None

    def headings(self, language: str, audience: Audience | None = None) -> list[tuple[str, str]]:
        """Return the problems for an asker, each as "guide#anchor" and by its heading."""
        problems = np.flatnonzero(self._allowed(language) & self._visible(audience))
        return [self._named(int(self._firsts[problem])) for problem in problems]

    def unworded(self, language: str, audience: Audience | None = None) -> list[tuple[str, str]]:
        """Return the problems without wordings, as `headings` does."""
        worded = np.bincount(self._wordings.problem_of, minlength=len(self._firsts)) > 0
        problems = self._allowed(language) & self._visible(audience) & ~worded
        return [self._named(int(self._firsts[problem])) for problem in np.flatnonzero(problems)]

    def _named(self, number: int) -> tuple[str, str]:
        """Return a problem's "guide#anchor" and heading, by the row of its first section."""
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
        """Return the guides' titles, each in the edition that suits the asker."""
        guides = [self.snapshot.guides[some[0]] for some in self._editions(language)]
        return tuple(guide.title for guide in guides if guide.is_visible_to(audience))

    def examples(self, language: str, audience: Audience | None = None) -> list[tuple[str, str]]:
        """Return what may be asked, each problem as "guide#anchor" and by a wording of it.

        Where there is none in the asker's language, its heading has to do; first come the
        problems with wordings, and then those whose headings say the most.
        """
        asked: dict[int, str] = {}
        for wording in self.snapshot.wordings:
            fits = wording.language == language and len(wording.text) <= _LONGEST_EXAMPLE
            if fits and wording.origin != DRAFT:
                asked.setdefault(wording.problem, wording.text)
        found: list[tuple[bool, int, tuple[str, str]]] = []
        for problem in np.flatnonzero(self._allowed(language) & self._visible(audience)):
            row = int(self._firsts[problem])
            key, heading = self._named(row)
            text = asked.get(row, heading)
            # A dozen letters, of Japanese half as many, can say what is wrong.
            said = min(len(text.encode("utf-8")), _SAYS_ENOUGH)
            if text.strip():
                found.append((row in asked, said, (key, text)))
        return [each for _, _, each in sorted(found, key=lambda e: (-e[0], -e[1]))]

    def unknown_terms(self, question: str, language: str) -> int:
        """Return how many of a question's telling terms no guide has."""
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
        """Return the problems that come into question, the best first.

        `vector` is the question's embedding, shape (dimension,); `language` the question's.
        Of a guide's editions only the one that suits the asker is searched, and only guides
        that the `audience` may know of.
        """
        if not self.snapshot.manifest.chunks:
            return []
        allowed = self._allowed(language) & self._visible(audience)
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
            "believed": _believed(counts, near),
        }
        # Words say nothing of a problem in another language. The one that has the most of them is
        # no likelier than before; the others are less so.
        same = self._languages_of[self._guide_of[problems]] == language
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
        """Return the problems that are near in one way or another."""
        # Editions that are not allowed take places among the nearest, so more are asked for.
        editions = len(self.languages)
        wanted = min(self.snapshot.manifest.chunks, _NEAREST_CHUNKS * editions)
        _, nearest = self.snapshot.index.search(vector[None, :], wanted)
        near = [self._chunks.problem_of[nearest[0]]]
        if len(self._said):
            cosines = self._wording_cosines(vector)
            near.append(self._wordings.problem_of[_best(cosines, _NEAREST_WORDINGS * editions)])
        by_words = _best(words, _BEST_BY_WORDS * editions)
        near.append(by_words[words[by_words] > 0])
        problems = np.unique(np.concatenate(near))
        # A problem may have no text at all, and nothing to answer with.
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
        """Return the cosine of each problem's best chunk, and that chunk's row."""
        rows, places = self._chunks.of(problems)
        if not len(rows):
            return np.zeros(0, np.float32), rows
        cosines = self.snapshot.index.reconstruct_batch(rows) @ vector
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
        """Return the cosine of each problem's nearest wording, and the mean of the nearest ones.

        The third is how many there are. Among many some are near by chance, so those in the asker's
        language are enough where there are enough of them.
        """
        rows, places = self._wordings.of(problems)
        counts = np.bincount(places, minlength=len(problems))
        own = self._wording_languages[rows] == language
        enough = np.bincount(places[own], minlength=len(problems)) >= _WORDINGS_TAKEN
        taken = own | ~enough[places]
        rows, places = rows[taken], places[taken]
        cosines = self._wording_cosines(vector)[rows]
        nearest = mean_of_best(cosines, places, len(problems), 1)
        return nearest, mean_of_best(cosines, places, len(problems), _WORDINGS_TAKEN), counts

    def _editions(self, language: str) -> list[list[int]]:
        """Return the guides, the editions of one together, that which suits the asker first."""
        editions: dict[str, list[int]] = {}
        for number, guide in enumerate(self.snapshot.guides):
            editions.setdefault(guide.id, []).append(number)
        guides = self.snapshot.guides
        return [
            sorted(some, key=lambda n: -_preference(guides[n].language, language))
            for some in editions.values()
        ]

    def _allowed(self, language: str) -> NDArray[np.bool_]:
        """Return which problems to search for an asker.

        Those of the edition that suits, and of the others what that one lacks, if they are
        so much alike that it can be told.
        """
        if language not in self._allowed_for:
            allowed = np.zeros(len(self._firsts), bool)
            for first, *others in self._editions(language):
                allowed[self._guide_of == first] = True
                known = self._anchors(first) if others else set()
                for other in others:
                    anchors = self._anchors(other)
                    if 2 * len(known & anchors) >= min(len(known), len(anchors)):
                        problems = np.flatnonzero(self._guide_of == other)
                        allowed[[p for p in problems if self._anchor(int(p)) not in known]] = True
                        known |= anchors
            self._allowed_for[language] = allowed
        return self._allowed_for[language]

    def _visible(self, audience: Audience | None) -> NDArray[np.bool_]:
        """Return which problems an audience may know of."""
        guides = [guide.is_visible_to(audience) for guide in self.snapshot.guides]
        return np.array(guides, bool)[self._guide_of]

    def _anchors(self, guide: int) -> set[str]:
        return {self._anchor(int(problem)) for problem in np.flatnonzero(self._guide_of == guide)}

    def _anchor(self, problem: int) -> str:
        return self.snapshot.section(int(self._firsts[problem])).section.anchor


def _links_to(url: str, text: str) -> bool:
    """Whether a text has an address, and not one that only begins like it."""
    return re.search(rf"{re.escape(url)}(?![\w/#?&=.-]*\w)", text) is not None


def _quotes(heading: str, text: str) -> bool:
    """Whether a text has a heading, and not only within longer words."""
    words = re.escape(heading)
    return re.search(rf"(?<![A-Za-z]){words}(?![A-Za-z])", text, re.IGNORECASE) is not None


def text_odds(passages: Scores, blocks: Scores) -> Scores:
    """Return log odds by what texts mean alone, given their standardised cosines.

    A text of which there is none has -inf.
    """
    found = {"passage": passages, "block": blocks}
    return SHIPPED.alone.log_odds({name: np.maximum(z, FAR) for name, z in found.items()})


def _standardised(cosines: Scores, background: NDArray[np.float32]) -> Scores:
    mean, deviation = background
    scores: Scores = (cosines - mean) / deviation
    return scores


def _believed(counts: Numbers, nearest: Scores) -> Scores:
    """Return how far to believe wordings, in [0, 1]: many of them, or one that says just that."""
    low, high = _SAYS_JUST_THAT
    same = np.clip((np.nan_to_num(nearest, nan=FAR) - low) / (high - low), 0, 1)
    found: Scores = np.maximum(np.minimum(counts / _WORDINGS_THAT_SAY_ALL, 1), same)
    return found.astype(np.float32)


def _best(scores: Scores, count: int) -> Numbers:
    """Return the rows of the highest scores, in no order."""
    if count >= len(scores):
        return np.arange(len(scores))
    found: Numbers = np.argpartition(-scores, count)[:count]
    return found


def _preference(edition: str, asker: str) -> int:
    if edition == asker:
        return 2
    return 1 if edition == "en" else 0
