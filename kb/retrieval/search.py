"""Question to ranked sections: dense and lexical search over a snapshot, fused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kb.embedder.embeddings import Vectors
from kb.model import Audience, Hit, Section, problem_heading
from kb.retrieval.background import group_of
from kb.retrieval.concepts import ConceptIndex, WordTable, concepts_in, own_concepts
from kb.retrieval.lexical import LexicalIndex
from kb.retrieval.phrasebook import PhraseIndex
from kb.snapshot.format import Snapshot

_DENSE_CANDIDATES = 200
_OTHER_CANDIDATES = 50
_LEAST_NEAR = 2.5
# What being near to a section's phrases, and of its subject, is counted from and up to.
_PHRASES = (-1.5, 3.5)
_LEADS = (-3.0, 5.0)
# Where hardly any section has phrases, to be near those of one that has says little: the others
# had no chance. From this share of the sections on, phrases have their full weight.
_PHRASED = 0.1


@dataclass(frozen=True)
class Weights:
    """What counts for how much in a chunk's score (docs/retrieval.md).

    `dense` is that of the standardised cosine; the others say what a full match of words, of
    literals and of concepts adds, and `foreign` what is left of the words' where the guide is
    in another language than the question. `section` and `guide` are for words of the whole
    section and the whole guide. `phrase` is that of the standardised cosine to the phrases of
    the section's subject, `lead` that of the log odds that the question is of this subject.
    `cosine` is that of the cosine as it is, to compare with.
    """

    dense: float = 1.0
    lexical: float = 2.5
    section: float = 2.5
    guide: float = 2.5
    literal: float = 1.0
    concept: float = 4.0
    phrase: float = 1.0
    lead: float = 1.0
    foreign: float = 0.0
    cosine: float = 0.0


WEIGHTS = Weights()
NOTHING = Weights(*[0.0] * len(fields(Weights)))


class SearchIndex:
    """A snapshot made ready for searching. Never changes, so threads may share it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        chunks = snapshot.chunks
        self._section_of = np.array([chunk.section for chunk in chunks], np.int64)
        guide_of = [snapshot.section(chunk.section).guide for chunk in chunks]
        self._guide_of = np.array(guide_of, np.int64)
        self._sections_of: dict[int, list[int]] = {n: [] for n in range(len(snapshot.guides))}
        for chunk, guide in zip(chunks, guide_of, strict=True):
            if chunk.section not in self._sections_of[guide][-1:]:
                self._sections_of[guide].append(chunk.section)
        self._phrases = PhraseIndex(snapshot.phrases)
        phrased = self._phrases.answering / max(1, snapshot.manifest.sections)
        self._phrase_weight = min(1.0, phrased / _PHRASED)
        self._allowed_for: dict[str, NDArray[np.bool_]] = {}
        self.languages = tuple(dict.fromkeys(guide.language for guide in snapshot.guides))
        self._titles = [concepts_in(guide.title) for guide in snapshot.guides]
        self._concepts = ConceptIndex(snapshot.concepts)
        synonyms = [group for guide in snapshot.guides for group in guide.synonyms]
        self._own = WordTable(own_concepts(synonyms, self._concepts.keywords))
        written_in: dict[str, list[int]] = {}
        for row, chunk in enumerate(chunks):
            language = chunk.asked_in or snapshot.guides[guide_of[row]].language
            written_in.setdefault(language, []).append(row)
        self._lexical = {
            language: LexicalIndex(
                [chunks[row].text for row in rows],
                rows,
                sections=[chunks[row].section for row in rows],
                guides=[guide_of[row] for row in rows],
            )
            for language, rows in written_in.items()
        }

    def problem(self, section: int) -> list[Section]:
        """Return the sections of the problem that a section belongs to, in the guide's order."""
        first = self.snapshot.problems[section]
        rows = np.flatnonzero(self.snapshot.problems == first)
        return [self.snapshot.section(int(row)).section for row in rows]

    def names(self, hit: Hit) -> list[tuple[str, str]]:
        """Return what golden questions call a problem: "anchor" and "guide#anchor".

        That is so for each of its sections, the first one's before the others'.
        """
        guide = self.snapshot.guides[self.snapshot.section(hit.section).guide]
        anchors = [section.anchor for section in self.problem(hit.section)]
        return [(anchor, f"{guide.id}#{anchor}") for anchor in anchors]

    def find(
        self, guide_id: str, language: str, anchor: str, audience: Audience | None = None
    ) -> int | None:
        """Return the row of the section that a citation names, if the audience may know of it."""
        row = self._rows.get((guide_id, language, anchor))
        if row is None:
            return None
        guide = self.snapshot.guides[self.snapshot.section(row).guide]
        return row if guide.is_visible_to(audience) else None

    def headings(self, language: str, audience: Audience | None = None) -> list[tuple[str, str]]:
        """Return the problems for an asker, each as "guide#anchor" and by its heading."""
        found: list[tuple[str, str]] = []
        firsts = self.snapshot.problems == np.arange(len(self.snapshot.problems))
        for row in np.flatnonzero(self._allowed(language) & self._visible(audience) & firsts):
            section = self.snapshot.section(int(row))
            guide = self.snapshot.guides[section.guide]
            heading = problem_heading(section.section, guide)
            found.append((f"{guide.id}#{section.section.anchor}", heading))
        return found

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

    def search(
        self,
        question: str,
        vector: Vectors,
        language: str,
        weights: Weights = WEIGHTS,
        audience: Audience | None = None,
    ) -> list[Hit]:
        """Return the best chunk of each problem, the best problem first.

        `vector` is the question's embedding, shape (dimension,); `language` the question's.
        Of a guide's editions only the one that suits the asker is searched, and only guides
        that the `audience` may know of.
        """
        if not len(self._section_of):
            return []
        allowed = (self._allowed(language) & self._visible(audience))[self._section_of]
        asked = concepts_in(question) + self._own.concepts_in(question)
        concept = self._concepts.scores(asked)[self._section_of]
        lexical, whole, literal = self._lexical_scores(question, language, weights)
        group = group_of(language)
        near = self._phrases.nearness(vector, group, self.snapshot.manifest.sections)
        nearer = near.sections - max(near.others, _LEAST_NEAR)
        nearness = weights.phrase * _within(nearer, _PHRASES)
        nearness += weights.lead * _within(near.leads, _LEADS)
        phrase = np.float32(self._phrase_weight) * nearness[self._section_of]
        words = weights.lexical * lexical + whole
        rows = self._candidates(vector, (words + literal, concept, phrase), allowed)
        dense = self._dense(vector, rows)
        mean, deviation = self.snapshot.background[group][:, rows]
        z = (dense - mean) / deviation
        scores = (
            weights.dense * z
            + weights.cosine * dense
            + words[rows]
            + weights.literal * literal[rows]
            + weights.concept * concept[rows]
            + phrase[rows]
        )
        best: dict[int, Hit] = {}
        for i in np.argsort(-scores, kind="stable"):
            row = int(rows[i])
            section = int(self._section_of[row])
            problem = int(self.snapshot.problems[section])
            if problem not in best:
                title = self._titles[self._guide_of[row]]
                best[problem] = Hit(
                    row=row,
                    section=section,
                    problem=problem,
                    score=float(scores[i]),
                    dense=float(dense[i]),
                    z=float(z[i]),
                    lexical=float(lexical[row]),
                    literal=float(literal[row]),
                    concept=float(concept[row]),
                    stray=self._concepts.stray(asked, section, title),
                    phrase=float(near.sections[section]),
                    lead=float(near.leads[section]),
                    others=near.others,
                    outside=near.outside,
                )
        return list(best.values())

    def _candidates(
        self,
        vector: Vectors,
        others: Iterable[NDArray[np.float32]],
        allowed: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        count = len(self._section_of)
        # Editions that are not allowed take places among the nearest, so more are asked for.
        wanted = min(count, _DENSE_CANDIDATES * len(self.languages))
        _, nearest = self.snapshot.index.search(vector[None, :], wanted)
        rows = nearest[0]
        for scores in others:
            best = np.argsort(-scores, kind="stable")[: _OTHER_CANDIDATES * len(self.languages)]
            rows = np.union1d(rows, best[scores[best] > 0])
        found: NDArray[np.int64] = rows[allowed[rows]].astype(np.int64)
        return found

    def _dense(self, vector: Vectors, rows: NDArray[np.int64]) -> Vectors:
        if not len(rows):
            return np.zeros(0, np.float32)
        vectors = self.snapshot.index.reconstruct_batch(rows)
        scores: Vectors = vectors @ vector
        return scores

    def _lexical_scores(
        self, question: str, asked_in: str, weights: Weights
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return for each chunk how well the question's words, and its literals, match.

        Those of the chunk, in [0, 1], those of its section and guide, weighted, and the
        literals, in [0, 1]. The words of a question that is not in the guide's language
        hardly occur in it, and what little does must not decide.
        """
        lexical, whole, literal = np.zeros((3, len(self._section_of)), np.float32)
        for language, index in self._lexical.items():
            weight = 1.0 if language == asked_in else weights.foreign
            share = weight and weight * index.coverage(question) ** 2
            if share:
                lexical[index.rows] = share * index.scores(question)
                whole[index.rows] = share * (
                    weights.section * index.section_scores(question)
                    + weights.guide * index.guide_scores(question)
                )
            literal[index.rows] = index.literal_scores(question)
        return lexical, whole, literal

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
        """Return which sections to search for an asker.

        Those of the edition that suits, and of the others what that one lacks, if they are
        so much alike that it can be told.
        """
        if language not in self._allowed_for:
            allowed = np.zeros(self.snapshot.manifest.sections, bool)
            for first, *others in self._editions(language):
                allowed[self._sections_of[first]] = True
                known = self._anchors(first) if others else set()
                for other in others:
                    anchors = self._anchors(other)
                    if 2 * len(known & anchors) >= min(len(known), len(anchors)):
                        rows = self._sections_of[other]
                        allowed[[r for r in rows if self._anchor(r) not in known]] = True
                        known |= anchors
            self._allowed_for[language] = allowed
        return self._allowed_for[language]

    def _visible(self, audience: Audience | None) -> NDArray[np.bool_]:
        """Return which sections an audience may know of."""
        visible = np.ones(self.snapshot.manifest.sections, bool)
        for number, guide in enumerate(self.snapshot.guides):
            if not guide.is_visible_to(audience):
                visible[self._sections_of[number]] = False
        return visible

    def _anchors(self, guide: int) -> set[str]:
        return {self._anchor(row) for row in self._sections_of[guide]}

    def _anchor(self, section: int) -> str:
        return self.snapshot.section(section).section.anchor


def _within(values: NDArray[np.float32], bounds: tuple[float, float]) -> NDArray[np.float32]:
    """Return how far values are above a lower bound, at most up to an upper; 0 for nan."""
    least, most = bounds
    within: NDArray[np.float32] = np.nan_to_num(np.clip(values, least, most) - np.float32(least))
    return within


def _preference(edition: str, asker: str) -> int:
    if edition == asker:
        return 2
    return 1 if edition == "en" else 0
