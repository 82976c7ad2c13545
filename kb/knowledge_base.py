"""Answers questions from the live snapshot."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answer.decide import CANDIDATES, Calibration, is_unsure
from kb.answer.live_calibration import LiveCalibration
from kb.answering import (
    EXAMPLES,
    answer_found,
    answered,
    decided,
    guide_of,
    is_follow_up,
    needs_second_look,
    reconciled,
    second_look,
)
from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.errors import GuidebotError, SnapshotError
from kb.finding import Finder, Found
from kb.model import (
    Answer,
    Audience,
    CleanText,
    Decision,
    Hit,
    Problem,
    Rendering,
    Wording,
)
from kb.paths import Home
from kb.progress import Progress, Stage, no_progress
from kb.question.follow_up import asked_role
from kb.question.redact import redact
from kb.retrieval.live_index import LiveIndex
from kb.retrieval.ranking import SHIPPED as SHIPPED_RANKING
from kb.retrieval.ranking import Ranking
from kb.retrieval.search import SearchIndex
from kb.settings import Settings
from kb.snapshot.format import Snapshot
from kb.text.fold import fold
from kb.text.language import detect_language, load_language_models
from kb.wordings.learned import LearnedWording, Lesson

if TYPE_CHECKING:
    from kb.choosing.chooser import Chooser, Session
    from kb.retrieval.langchain_retriever import GuideRetriever
    from kb.retrieval.rerank import Reranker

# Fields of an answer that describe the question, whatever the decision.
_OF_THE_QUESTION = ("question", "secrets", "joined", "understood")


class KnowledgeBase:
    """The published guides, ready for questions. Threads may share it.

    A newly published snapshot is picked up with the next question; with `pinned`, it always
    answers from that index, published or not. With a `chooser`, a language model takes part in the
    decision. `known` holds the embeddings of questions that need not be computed again.
    """

    def __init__(
        self,
        home: Home,
        embeddings: SentenceTransformerEmbeddings,
        reranker: Reranker | None = None,
        *,
        chooser: Chooser | None = None,
        pinned: SearchIndex | None = None,
        known: Mapping[str, Vectors] | None = None,
    ) -> None:
        self._embeddings = embeddings
        self._reranker = reranker
        self.chooser = chooser
        self._live = LiveIndex(home.snapshots, embeddings, pinned)
        self._finder = Finder(self._live, embeddings, reranker, known)
        self._calibration = LiveCalibration(home.calibration)

    def index(self) -> SearchIndex:
        """Return the live snapshot, ready for searching.

        While one thread opens a new snapshot, the others keep using the previous one.
        Raises SnapshotError if no snapshot is usable.
        """
        return self._live.get()

    def load(self) -> None:
        """Load all models and open the snapshot now rather than at the first question.

        Raises ModelError if a model cannot be loaded, SnapshotError if no snapshot is usable.
        """
        self._embeddings.load()
        if self._reranker:
            self._reranker.load()
        load_language_models()
        self._live.checked()

    def load_quietly(self) -> None:
        """Load what the first question needs; errors surface with that question.

        Skips the language-detection models: few questions need them, and loading them blocks
        everything else.
        """
        with contextlib.suppress(GuidebotError):
            self._embeddings.load()
            self._live.checked()

    def ask(
        self,
        question: CleanText,
        language: str | None = None,
        *,
        before: CleanText | None = None,
        audience: Audience | None = None,
        asked: bool = True,
        progress: Progress = no_progress,
    ) -> Answer:
        """Return the answer to a question, in any language.

        `language` (ISO 639-1) is the asker's, for questions that do not show theirs, such as
        "VPN". `before` is the previous question, which a short one may refer to ("and if I have
        two?"). `audience` is who asks: only guides visible to it are used; None sees all of them.
        Unless the bot was `asked`, the language model is not shown the question. `progress` is
        called with each stage.
        Raises SnapshotError if no snapshot is usable, ModelError if a local model fails to load.
        If the language model fails, the answer is given without it.
        """
        progress(Stage.SEARCHING)
        with self._session(question, audience) as model:
            found = self.find(question, language, audience=audience)
            answer = self.answer(found)
            if before and (other := self._other_part(found, before)):
                return self._worded(other, model, progress)
            if before and is_follow_up(answer, found):
                answer, found = self._joined(answer, found, before, model if asked else None)
            if answer.decision in (Decision.CHOOSE, Decision.NOT_COVERED):
                answer, found = self._as_taught(answer, found)
            answer = self._chosen(answer, found, before, model if asked else None, progress)
            return self._worded(answer, model, progress)

    def _session(
        self, question: CleanText, audience: Audience | None
    ) -> contextlib.AbstractContextManager[Session | None]:
        """Return the language model for one question, if one is configured."""
        if self.chooser is None:
            return contextlib.nullcontext()
        return self.chooser.session(question, self.index().snapshot.name, audience)

    def _joined(
        self, answer: Answer, found: Found, before: CleanText, model: Session | None
    ) -> tuple[Answer, Found]:
        """Return the answer to a follow-up together with the question before it, and its hits.

        The language model condenses both into one question; without it they are concatenated. If
        that gives no better answer, `answer` and `found` are returned as they were.
        """
        condensed = model.condense(found.question, before) if model else None
        whole = redact(condensed or f"{before}\n{found.question}")
        both = replace(self.find(whole, found.language, audience=found.audience), subquestions=())
        again = self.answer(both)
        must_answer = condensed is None or answer.decision is Decision.ANSWER
        if again.decision is Decision.SMALL_TALK:
            return answer, found
        if must_answer and again.decision is not Decision.ANSWER:
            return answer, found
        changed = {
            "question": answer.question,
            "secrets": answer.secrets,
            "joined": True,
            "understood": whole if condensed and fold(whole) != fold(found.question) else None,
        }
        return again.model_copy(update=changed), both

    def _chosen(
        self,
        answer: Answer,
        found: Found,
        before: CleanText | None,
        model: Session | None,
        progress: Progress,
    ) -> Answer:
        """Return the answer after the language model chose, if CHAT_DECIDES lets it choose."""
        if model is None or self.chooser is None or not found.hits:
            return answer
        decides = self.chooser.decides
        unsure = is_unsure(answer.decision, answer.confidence)
        if decides == "never" or decides == "unsure" and not unsure:
            return answer
        progress(Stage.CHOOSING)
        index, hits = found.index, found.hits[:CANDIDATES]
        problems = [
            Problem(index.problem(hit.section), guide_of(index, hit.section)) for hit in hits
        ]
        calibration = self.calibration()
        chosen = model.choose(answer.question, before or "", problems)
        if chosen and needs_second_look(chosen, found.hits, calibration):
            few = second_look(chosen, len(problems))
            again = model.choose(answer.question, before or "", [problems[n] for n in few])
            chosen = reconciled(chosen, again, few)
        return decided(answer, index, found.hits, chosen, calibration) if chosen else answer

    def _worded(self, answer: Answer, model: Session | None, progress: Progress) -> Answer:
        """Return an answer in the asker's language, if a language model can translate it."""
        if model is None or answer.decision is not Decision.ANSWER:
            return answer
        if answer.rendering is None:
            answer = answer.model_copy(update={"rendering": Rendering.GUIDE})
        if answer.guide_language == answer.language:
            return answer
        progress(Stage.CHOOSING)
        return model.translate(answer)

    def _as_taught(self, answer: Answer, found: Found) -> tuple[Answer, Found]:
        """Return the answer and hits using taught wordings, for a question not answered without.

        Nobody's button presses can change an answer that was given without them.
        """
        if not found.queries or self._finder.taught.of(found.index) is None:
            return answer, found
        searched = self._finder.search(found, taught=True)
        again = self.answer(searched)
        if again.decision is Decision.NOT_COVERED:
            return answer, found
        same = {name: getattr(answer, name) for name in _OF_THE_QUESTION}
        return again.model_copy(update=same), searched

    def _other_part(self, found: Found, before: CleanText) -> Answer | None:
        """Return the part of the previous problem, such as its cause, that a follow-up asks for.

        None if it asks for no part, or the guide has no such part.
        """
        role = asked_role(found.question)
        if role is None:
            return None
        earlier = self.find(before, found.language, audience=found.audience)
        answer = self.answer(replace(earlier, subquestions=()))
        if answer.decision is not Decision.ANSWER:
            return None
        section = earlier.hits[0].section
        if not any(each.role is role for each in earlier.index.problem(section)):
            return None
        other = answered(answer, earlier.index, [section], role)
        return other.model_copy(
            update={
                "question": found.question,
                "secrets": found.question.secrets,
                "joined": True,
            }
        )

    def find(
        self,
        question: CleanText,
        language: str | None = None,
        ranking: Ranking = SHIPPED_RANKING,
        audience: Audience | None = None,
        *,
        taught: bool = False,
    ) -> Found:
        """Return the hits for a question; raises as `ask` does.

        With `taught`, wordings that people taught may raise a problem.
        """
        return self._finder.find(question, language, ranking, audience, taught=taught)

    def answer(self, found: Found) -> Answer:
        """Return the answer to what was found, without a language model."""
        return answer_found(found, self.calibration())

    def answer_from(
        self,
        guide_id: str,
        edition: str,
        anchor: str,
        question: CleanText,
        language: str | None = None,
        audience: Audience | None = None,
    ) -> Answer | None:
        """Return the answer from a section that a person picked.

        `edition` is the section's language, `language` the person's, if known. None if the guides
        no longer have the section. Raises SnapshotError.
        """
        index = self.index()
        row = index.find(guide_id, edition, anchor, audience)
        if row is None:
            return None
        answer = Answer(
            question=question,
            language=language or detect_language(question, otherwise=edition),
            decision=Decision.ANSWER,
            confidence=1.0,
            snapshot=index.snapshot.name,
        )
        answer = answered(answer, index, [row])
        with self._session(question, audience) as model:
            return self._worded(answer, model, no_progress)

    def problem(
        self, guide_id: str, edition: str, anchor: str, audience: Audience | None = None
    ) -> Problem | None:
        """Return the sections of the problem that a section belongs to, and their guide.

        None if the guides no longer have the section. Raises SnapshotError.
        """
        index = self.index()
        row = index.find(guide_id, edition, anchor, audience)
        if row is None:
            return None
        return Problem(index.problem(row), guide_of(index, row))

    def examples(self, language: str, audience: Audience | None = None) -> tuple[str, ...]:
        """Return a few questions the guides answer; none if there is no usable snapshot."""
        try:
            found = self.index().examples(language, audience)
        except SnapshotError:
            return ()
        return tuple(text for _, text in found[:EXAMPLES])

    def calibration(self) -> Calibration:
        """Return the calibration in use; a newly fitted one is picked up at once."""
        return self._calibration.get()

    def teach(
        self,
        lessons: Sequence[Lesson],
        rulings: Mapping[tuple[str, str], bool],
        *,
        people_decide: bool = True,
    ) -> list[LearnedWording]:
        """Search with what people taught from the next question on, and return the wordings.

        These lessons replace the earlier ones, and hold for the live snapshot: after another is
        published, teach again. For `rulings` and `people_decide` see kb.wordings.learned.learn.
        One thread at a time may call this. Raises ModelError and SnapshotError.
        """
        index = self._live.checked()
        return self._finder.taught.teach(index, lessons, rulings, people_decide=people_decide)

    def nearest_wording(self, problem: str, question: str, language: str) -> Wording | None:
        """Return the wording of a problem ("guide#anchor") nearest to a question, if one is near.

        Taught wordings are included. Raises ModelError and SnapshotError.
        """
        return self._finder.taught.nearest_wording(self.index(), problem, question, language)

    def retriever(self, audience: Audience | None, k: int = 5) -> GuideRetriever:
        """Return the search as a LangChain retriever of the `k` best sections.

        `audience` is who will see the documents; None sees every guide. Retrieving raises as `ask`
        does.
        """
        # Slow to import, and answering does not need it.
        from kb.retrieval.langchain_retriever import GuideRetriever

        def find(question: str) -> tuple[Snapshot, Sequence[Hit]]:
            found = self.find(redact(question), audience=audience)
            return found.index.snapshot, found.hits[:k]

        return GuideRetriever(find=find)

    def embed(self, questions: Sequence[str]) -> Vectors:
        """Return the embeddings of questions: float32, shape (questions, dimension).

        Raises ModelError if the model cannot be loaded.
        """
        return self._finder.embed(questions)


def open_knowledge_base(settings: Settings, threads: int = 1) -> KnowledgeBase:
    """Return the knowledge base that the settings describe; models are loaded when first needed.

    `threads` limits the CPU threads of one embedding call. Raises SettingsError if the language
    model of CHAT_MODEL cannot be set up.
    """
    reranker = None
    if settings.reranker:
        from kb.retrieval.rerank import Reranker

        reranker = Reranker(settings.reranker, settings.home.models)
    models = settings.home.models
    embeddings = SentenceTransformerEmbeddings(settings.embedding_model, models, threads)
    chooser = None
    if settings.chat_model:
        # Slow to import, and nothing else needs it.
        from kb.choosing.model_chooser import open_chooser

        chooser = open_chooser(settings, lambda texts: embeddings.encode(texts, "query"))
    return KnowledgeBase(settings.home, embeddings, reranker, chooser=chooser)
