"""From a question to the problems it may be about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.model import Audience, CleanText, Hit
from kb.question.small_talk import small_talk
from kb.question.subquestions import split_question
from kb.retrieval.live_index import LiveIndex
from kb.retrieval.ranking import SHIPPED as SHIPPED_RANKING
from kb.retrieval.ranking import Ranking
from kb.retrieval.search import SearchIndex
from kb.retrieval.taught import TaughtIndex
from kb.text.language import detect_language

if TYPE_CHECKING:
    from kb.retrieval.rerank import Reranker

_WORD = re.compile(r"\w")
_REDACTED = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Found:
    """A question, its language (ISO 639-1), and the hits for it, best first.

    `subquestions` holds the hits for each of several questions in one, if it is that. `queries` are
    the texts that were searched for, the whole question first, each with its embedding, shape
    (dimension,).
    """

    question: CleanText
    language: str
    index: SearchIndex
    hits: Sequence[Hit]
    subquestions: Sequence[Sequence[Hit]] = ()
    audience: Audience | None = None
    queries: Sequence[tuple[str, Vectors]] = ()


class Finder:
    """Searches the live snapshot. Threads may share it.

    `known` holds the embeddings of questions that need not be computed again.
    """

    def __init__(
        self,
        live: LiveIndex,
        embeddings: SentenceTransformerEmbeddings,
        reranker: Reranker | None = None,
        known: Mapping[str, Vectors] | None = None,
    ) -> None:
        self._live = live
        self._embeddings = embeddings
        self._reranker = reranker
        self._known = known or {}
        self.taught = TaughtIndex(self.embed)

    def find(
        self,
        question: CleanText,
        language: str | None = None,
        ranking: Ranking = SHIPPED_RANKING,
        audience: Audience | None = None,
        *,
        taught: bool = False,
    ) -> Found:
        """Return the hits for a question; none if it is small talk or holds no word.

        With `taught`, wordings that people taught may raise a problem.
        Raises ModelError and SnapshotError.
        """
        index = self._live.checked()
        main = index.languages[0] if index.languages else "en"
        language = detect_language(question, otherwise=language or main)
        # Only the secret's label is left where one was redacted: nothing to search for.
        text = _REDACTED.sub("", question) if question.secrets else question
        if not _WORD.search(text) or small_talk(question):
            return Found(question, language, index, (), audience=audience)
        texts = [question, *split_question(question)]
        queries = tuple(zip(texts, self.embed(texts), strict=True))
        found = Found(question, language, index, (), audience=audience, queries=queries)
        return self.search(found, ranking, taught=taught)

    def search(self, found: Found, ranking: Ranking = SHIPPED_RANKING, *, taught: bool) -> Found:
        """Return it with the hits for its queries; raises ModelError if reranking fails."""
        hits, *subquestions = (
            self._hits(found, text, vector, ranking, taught=taught)
            for text, vector in found.queries
        )
        return replace(found, hits=hits, subquestions=subquestions)

    def embed(self, questions: Sequence[str]) -> Vectors:
        """Return the embeddings of questions: float32, shape (questions, dimension).

        Raises ModelError if the model cannot be loaded.
        """
        known = self._known
        unknown = [question for question in questions if question not in known]
        if unknown:
            vectors = np.asarray(self._embeddings.encode(unknown, "query"), np.float32)
            known = {**dict(zip(unknown, vectors, strict=True)), **known}
        return np.stack([known[question] for question in questions])

    def _hits(
        self, found: Found, text: str, vector: Vectors, ranking: Ranking, *, taught: bool
    ) -> list[Hit]:
        query = (text, vector, found.language, ranking, found.audience)
        hits = found.index.search(*query)
        if taught and (other := self.taught.of(found.index)):
            hits = _best_of(hits, other.search(*query))
        if self._reranker is None:
            return hits
        return self._reranker.rerank(text, hits, found.index.snapshot)


def _best_of(hits: Iterable[Hit], others: Iterable[Hit]) -> list[Hit]:
    """Return each problem's higher-scoring hit, best first."""
    best: dict[int, Hit] = {}
    for hit in (*hits, *others):
        if hit.problem not in best or hit.score > best[hit.problem].score:
            best[hit.problem] = hit
    return sorted(best.values(), key=lambda hit: -hit.score)
