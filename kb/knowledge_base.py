"""Answers questions from the live snapshot."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb.compose import cite, compose
from kb.decide import confidence, decide
from kb.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.errors import GuidebotError, NoSnapshotError, SnapshotError
from kb.fingerprint import check_fingerprint, check_model_id
from kb.language import detect_language, load_language_models
from kb.model import Answer, Citation, Decision, Hit
from kb.paths import Home
from kb.search import WEIGHTS, SearchIndex, Weights
from kb.small_talk import small_talk
from kb.snapshot import current_name, open_current

if TYPE_CHECKING:
    from kb.retrieve import GuideRetriever

_NEAREST = 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """A question, its language, and the sections that were found for it, best first."""

    question: str
    language: str
    index: SearchIndex
    hits: Sequence[Hit]


class KnowledgeBase:
    """The guides as last published. Threads may share it.

    A snapshot that is published while it runs is picked up with the next question.
    """

    def __init__(self, home: Home, embeddings: SentenceTransformerEmbeddings) -> None:
        self._home = home
        self._embeddings = embeddings
        self._loading = threading.Lock()
        self._index: SearchIndex | None = None
        self._wanted: str | None = None
        self._checked: str | None = None

    def index(self) -> SearchIndex:
        """Return the live snapshot, ready for searching.

        While one thread opens a new snapshot, the others go on with the one before it.
        Raises SnapshotError if there is none that can be used.
        """
        wanted = current_name(self._home.snapshots)
        index = self._index
        if index is not None and wanted == self._wanted:
            return index
        if index is not None and not self._loading.acquire(blocking=False):
            return index
        if index is None:
            self._loading.acquire()
        try:
            if self._index is None or wanted != self._wanted:
                self._index = self._open(self._index)
                self._wanted = wanted
            return self._index
        finally:
            self._loading.release()

    def load(self) -> None:
        """Load all models and open the snapshot now rather than at the first question.

        Raises ModelError, or SnapshotError after the models were loaded.
        """
        self._embeddings.load()
        load_language_models()
        self._check(self.index())

    def load_quietly(self) -> None:
        """Load what the first question needs, and leave it to that to tell what fails.

        Without the language models: hardly a question needs them, and while they are loaded
        nothing else can go on.
        """
        with contextlib.suppress(GuidebotError):
            self._embeddings.load()
            self._check(self.index())

    def ask(self, question: str, language: str | None = None) -> Answer:
        """Return the answer to a question, in any language.

        `language` (ISO 639-1) is the asker's, for questions that do not show theirs, such as
        "MFA". Raises SnapshotError if there is no snapshot to answer from.
        """
        return self.answer(self.find(question, language))

    def find(self, question: str, language: str | None = None, weights: Weights = WEIGHTS) -> Found:
        """Return the sections that come into question; raises as `ask` does."""
        # Half a character, as a terminal may pass it on, is more than libraries bear.
        question = question.encode("utf-8", "replace").decode("utf-8")
        index = self.index()
        self._check(index)
        main = index.languages[0] if index.languages else "en"
        language = detect_language(question, otherwise=language or main)
        hits: list[Hit] = []
        if question.strip() and not small_talk(question):
            hits = index.search(question, self._embed(question), language, weights)
        return Found(question, language, index, hits)

    def answer(self, found: Found) -> Answer:
        """Return what is answered from what was found."""
        index, hits = found.index, found.hits
        sure = confidence(hits)
        answer = Answer(
            question=found.question,
            language=found.language,
            decision=decide(sure),
            confidence=round(sure, 4),
            snapshot=index.snapshot.name,
        )
        if kind := small_talk(found.question):
            topics = index.titles(found.language)
            talk = {"decision": Decision.SMALL_TALK, "talk": kind, "topics": topics}
            return answer.model_copy(update=talk)
        if answer.decision is Decision.ANSWER:
            return _answered(answer, index, hits[0])
        nearest = tuple(_citation(index, hit) for hit in hits[:_NEAREST])
        return answer.model_copy(update={"nearest": nearest})

    def retriever(self, k: int = 5) -> GuideRetriever:
        """Return the search as a LangChain retriever of the `k` best sections."""
        # Its libraries take their time to import, and an answer does not need them.
        from kb.retrieve import GuideRetriever

        return GuideRetriever(index=self.index, embed_query=self._embed, k=k)

    def _check(self, index: SearchIndex) -> None:
        """Check once for each snapshot that it was made with the model that is used."""
        if self._checked != index.snapshot.name:
            check_fingerprint(index.snapshot.manifest.embedder, self._embeddings)
            self._checked = index.snapshot.name

    def _embed(self, question: str) -> Vectors:
        return np.asarray(self._embeddings.encode([question], "query")[0], np.float32)

    def _open(self, before: SearchIndex | None) -> SearchIndex:
        try:
            snapshot = open_current(self._home.snapshots)
            check_model_id(snapshot.manifest.embedder, self._embeddings)
        except SnapshotError as error:
            if before is None or isinstance(error, NoSnapshotError):
                raise
            # Better the answers of before than none; the operator has to see it.
            logger.error("The new snapshot cannot be used, answering from the old one: %s", error)
            return before
        if before is not None:
            if snapshot.name == before.snapshot.name:
                return before
            logger.info("Answering from the snapshot %s now.", snapshot.name)
        return SearchIndex(snapshot)


def _answered(answer: Answer, index: SearchIndex, hit: Hit) -> Answer:
    row = index.snapshot.section(hit.section)
    guide = index.snapshot.guides[row.guide]
    composed = compose(row.section, guide, index.snapshot.name)
    return answer.model_copy(
        update={
            "guide_language": guide.language,
            "parts": composed.parts,
            "citations": composed.citations,
            "see_also": composed.see_also,
        }
    )


def _citation(index: SearchIndex, hit: Hit) -> Citation:
    row = index.snapshot.section(hit.section)
    return cite(row.section, index.snapshot.guides[row.guide], index.snapshot.name)
