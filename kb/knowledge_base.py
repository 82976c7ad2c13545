"""Answers questions from the live snapshot."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kb.answer.decide import (
    CANDIDATES,
    NEAREST,
    SHIPPED,
    Calibration,
    confidence,
    decide,
    is_unsure,
    read_calibration,
)
from kb.answering import (
    answered,
    citation_of,
    decided,
    guide_of,
    needs_second_look,
    reconciled,
    second_look,
)
from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.errors import GuidebotError, NoSnapshotError, SnapshotError
from kb.model import (
    LEARNED,
    Answer,
    Audience,
    CleanText,
    Decision,
    GuideInfo,
    Hit,
    Rendering,
    Section,
    Wording,
)
from kb.paths import Home
from kb.progress import Progress, Stage, unheard
from kb.question.follow_up import asked_part
from kb.question.parts import question_parts
from kb.question.redact import redact
from kb.question.small_talk import small_talk
from kb.retrieval.search import SHIPPED as SHIPPED_RANKING
from kb.retrieval.search import Ranking, SearchIndex
from kb.settings import Settings
from kb.snapshot.fingerprint import check_fingerprint, check_model_id
from kb.snapshot.format import Snapshot, current_name, open_current, open_live
from kb.text.fold import fold
from kb.text.language import detect_language, load_language_models
from kb.wordings.learned import LearnedWording, Lesson, Standing, learn

if TYPE_CHECKING:
    from kb.choosing.chooser import Chooser, Session
    from kb.retrieval.langchain_retriever import GuideRetriever
    from kb.retrieval.rerank import Reranker

_EXAMPLES = 3
_WORD = re.compile(r"\w")
_TAKEN_OUT = re.compile(r"\[[^\]]*\]")

# A part of a question says less than the whole, so it has to be surer to count by itself.
_SURE_OF_PART = 0.7

# What refers back is short, and says hardly anything that the guides do not.
_SURE_BY_ITSELF = 0.85
_FEW_WORDS = 15
_FEW_CHARACTERS = 80
_MOST_UNKNOWN = 1

# What a question is, whatever is answered.
_OF_THE_QUESTION = ("question", "secrets", "joined", "understood")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """A question, its language, and the sections that were found for it, best first.

    `parts` has the sections for each of the things that the question asks, if it asks several.
    `asked` are the texts that were searched for, the whole question first, with their vectors.
    """

    question: CleanText
    language: str
    index: SearchIndex
    hits: Sequence[Hit]
    parts: Sequence[Sequence[Hit]] = ()
    audience: Audience | None = None
    asked: Sequence[tuple[str, Vectors]] = ()


class KnowledgeBase:
    """The guides as last published. Threads may share it.

    A snapshot that is published while it runs is picked up with the next question. With
    `pinned`, it answers from that one, which need not be published. With a `chooser`, a language
    model has a say in what answers. `known` are the vectors of questions that need not be embedded
    again.
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
        self._home = home
        self._embeddings = embeddings
        self._reranker = reranker
        self._pinned = pinned
        self._known = known or {}
        self.chooser = chooser
        self._loading = threading.Lock()
        self._index: SearchIndex | None = None
        self._wanted: str | None = None
        self._checked: str | None = None
        self._calibration = SHIPPED
        self._calibrated: int | None = None
        self._taught: SearchIndex | None = None
        self._lesson_vectors: dict[str, Vectors] = {}

    def index(self) -> SearchIndex:
        """Return the live snapshot, ready for searching.

        While one thread opens a new snapshot, the others go on with the one before it.
        Raises SnapshotError if there is none that can be used.
        """
        if self._pinned is not None:
            return self._pinned
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
        if self._reranker:
            self._reranker.load()
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

    def ask(
        self,
        question: CleanText,
        language: str | None = None,
        *,
        before: CleanText | None = None,
        audience: Audience | None = None,
        asked: bool = True,
        progress: Progress = unheard,
    ) -> Answer:
        """Return the answer to a question, in any language.

        `language` (ISO 639-1) is the asker's, for questions that do not show theirs, such as
        "MFA". `before` is the question before it, which a short one may refer back to ("and if I
        have two?"). `audience` is who asks: only guides that it may know of are answered from.
        What the bot was not `asked`, no language model is told.
        `progress` is told how the answer comes about.
        Raises SnapshotError if there is no snapshot to answer from.
        """
        progress(Stage.SEARCHING)
        with self._session(question, audience) as model:
            found = self.find(question, language, audience=audience)
            answer = self.answer(found)
            if before and (other := self._other_part(found, before)):
                return self._worded(other, model, progress)
            if before and refers_back(answer, found):
                answer, found = self._with_before(answer, found, before, model if asked else None)
            if answer.decision in (Decision.CHOOSE, Decision.NOT_COVERED):
                answer, found = self._as_taught(answer, found)
            answer = self._chosen(answer, found, before, model if asked else None, progress)
            return self._worded(answer, model, progress)

    def _session(
        self, question: CleanText, audience: Audience | None
    ) -> contextlib.AbstractContextManager[Session | None]:
        """Return the language model for one question, if there is one."""
        if self.chooser is None:
            return contextlib.nullcontext()
        return self.chooser.session(question, self.index().snapshot.name, audience)

    def _with_before(
        self, answer: Answer, found: Found, before: CleanText, model: Session | None
    ) -> tuple[Answer, Found]:
        """Return what is answered to a question that may refer back, and what it was found by.

        It is joined with the one before it, or put by the language model. If that is not covered
        either, `answer` stays, which is to the question alone.
        """
        put = model.condense(found.question, before) if model else None
        whole = redact(put or f"{before}\n{found.question}")
        both = replace(self.find(whole, found.language, audience=found.audience), parts=())
        again = self.answer(both)
        alone = put is None or answer.decision is Decision.ANSWER
        if again.decision is Decision.SMALL_TALK:
            return answer, found
        if alone and again.decision is not Decision.ANSWER:
            return answer, found
        changed = {
            "question": answer.question,
            "secrets": answer.secrets,
            "joined": True,
            "understood": whole if put and fold(whole) != fold(found.question) else None,
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
        """Return an answer with the language model's say in it, where it has one."""
        if model is None or self.chooser is None or not found.hits:
            return answer
        decides = self.chooser.decides
        unsure = is_unsure(answer.decision, answer.confidence)
        if decides == "never" or decides == "unsure" and not unsure:
            return answer
        progress(Stage.CHOOSING)
        index, hits = found.index, found.hits[:CANDIDATES]
        problems = [(index.problem(hit.section), guide_of(index, hit.section)) for hit in hits]
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
        """Return what is answered with what people taught, where it is not sure without.

        What is sure, nobody's presses on buttons can turn.
        """
        if not found.asked or self._taught_like(found.index) is None:
            return answer, found
        searched = self._searched(found, taught=True)
        again = self.answer(searched)
        if again.decision is Decision.NOT_COVERED:
            return answer, found
        same = {name: getattr(answer, name) for name in _OF_THE_QUESTION}
        return again.model_copy(update=same), searched

    def _other_part(self, found: Found, before: CleanText) -> Answer | None:
        """Return the part of the problem asked about before that a follow-up asks for.

        None, if it asks for none, or the guide does not say.
        """
        part = asked_part(found.question)
        if part is None:
            return None
        earlier = self.find(before, found.language, audience=found.audience)
        answer = self.answer(replace(earlier, parts=()))
        if answer.decision is not Decision.ANSWER:
            return None
        section = earlier.hits[0].section
        if not any(each.role is part for each in earlier.index.problem(section)):
            return None
        told = answered(answer, earlier.index, [section], part)
        return told.model_copy(
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
        """Return the sections that come into question; raises as `ask` does.

        With `taught`, what people taught lifts those that it is about.
        """
        index = self.index()
        self._check(index)
        main = index.languages[0] if index.languages else "en"
        language = detect_language(question, otherwise=language or main)
        # A secret that was taken out has left nothing to search for but its name.
        said = _TAKEN_OUT.sub("", question) if question.secrets else question
        if not _WORD.search(said) or small_talk(question):
            return Found(question, language, index, (), audience=audience)
        texts = [question, *question_parts(question)]
        asked = tuple(zip(texts, self.embed(texts), strict=True))
        found = Found(question, language, index, (), audience=audience, asked=asked)
        return self._searched(found, ranking, taught=taught)

    def answer(self, found: Found) -> Answer:
        """Return what is answered from what was found."""
        index, hits = found.index, found.hits
        calibration = self.calibration()
        verdict = decide(hits, calibration)
        answer = Answer(
            question=found.question,
            language=found.language,
            decision=verdict.decision,
            confidence=round(verdict.confidence, 4),
            snapshot=index.snapshot.name,
            secrets=found.question.secrets,
        )
        if kind := small_talk(found.question):
            talk = {
                "decision": Decision.SMALL_TALK,
                "talk": kind,
                "topics": index.titles(found.language, found.audience),
                "examples": self.examples(found.language, found.audience),
            }
            return answer.model_copy(update=talk)
        if several := _several(found, calibration):
            sure = min(confidence(part, calibration) for part in several)
            both = {"decision": Decision.ANSWER, "confidence": round(sure, 4)}
            return answered(
                answer.model_copy(update=both), index, [part[0].section for part in several]
            )
        if answer.decision is Decision.ANSWER:
            return answered(answer, index, [hits[0].section])
        if verdict.choices:
            choices = tuple(citation_of(index, hit) for hit in verdict.choices)
            return answer.model_copy(update={"choices": choices})
        nearest = tuple(citation_of(index, hit) for hit in hits[:NEAREST])
        return answer.model_copy(update={"nearest": nearest})

    def answer_from(
        self,
        guide_id: str,
        edition: str,
        anchor: str,
        question: CleanText,
        language: str | None = None,
        audience: Audience | None = None,
    ) -> Answer | None:
        """Return what a section that a person chose says to a question.

        `edition` is the section's language, `language` the person's, if it is known. None, if
        the guides no longer have the section.
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
            return self._worded(answer, model, unheard)

    def problem(
        self, guide_id: str, edition: str, anchor: str, audience: Audience | None = None
    ) -> tuple[Sequence[Section], GuideInfo] | None:
        """Return the sections of the problem that a section belongs to, and their guide.

        None, if the guides no longer have the section.
        """
        index = self.index()
        row = index.find(guide_id, edition, anchor, audience)
        if row is None:
            return None
        return index.problem(row), index.snapshot.guides[index.snapshot.section(row).guide]

    def examples(self, language: str, audience: Audience | None = None) -> tuple[str, ...]:
        """Return some of what an asker may ask about; nothing if there is nothing to ask."""
        try:
            found = self.index().examples(language, audience)
        except SnapshotError:
            return ()
        return tuple(text for _, text in found[:_EXAMPLES])

    def calibration(self) -> Calibration:
        """Return how the probabilities are bent; what is fitted while this runs is picked up."""
        path = self._home.calibration
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError:
            changed = None
        if changed != self._calibrated:
            self._calibrated = changed
            try:
                self._calibration = read_calibration(path)
            except GuidebotError as error:
                logger.error("Going on with the calibration of before: %s", error)
        return self._calibration

    def teach(
        self,
        lessons: Sequence[Lesson],
        rulings: Mapping[tuple[str, str], bool],
        *,
        people_decide: bool = True,
    ) -> list[LearnedWording]:
        """Search with what people taught, from the next question on, and return what that is.

        All of it: what was taught before and is not among the lessons is forgotten. It holds for
        the live snapshot; after another is published, it has to be taught again. One thread at a
        time may call this. Raises SnapshotError.
        """
        index = self.index()
        self._check(index)
        called_now = index.snapshot.manifest.called_now
        # Problems that the guides no longer have come back, perhaps.
        kept = [
            lesson.model_copy(update={"problem": called_now(lesson.problem)})
            for lesson in lessons
            if index.rows_of(lesson.problem)
        ]
        self._lesson_vectors = self._vectors_of({lesson.text for lesson in kept})
        learned = learn(
            kept,
            {(called_now(name), key): kind for (name, key), kind in rulings.items()},
            self._lesson_vectors,
            {each.language: index.usual_likeness(each.language) for each in kept},
            people_decide=people_decide,
        )
        wordings = [
            Wording(problem=row, text=each.text, language=each.language, origin=LEARNED)
            for each in learned
            if each.standing is Standing.COUNTS
            for row in index.rows_of(each.problem)
        ]
        vectors = [self._lesson_vectors[wording.text] for wording in wordings]
        self._taught = index.taught(wordings, np.stack(vectors)) if wordings else None
        return learned

    def nearest_wording(self, problem: str, question: str, language: str) -> Wording | None:
        """Return which wording of a problem ("guide#anchor") is nearest to a question, if any is.

        Those that were taught are among them.
        """
        index = self.index()
        index = self._taught_like(index) or index
        vector = self._vectors_of({question})[question]
        return index.nearest_wording(problem, vector, language)

    def _taught_like(self, index: SearchIndex) -> SearchIndex | None:
        """Return an index with what people taught, if that is of the same snapshot."""
        taught = self._taught
        return taught if taught and taught.snapshot is index.snapshot else None

    def _vectors_of(self, texts: Set[str]) -> dict[str, Vectors]:
        """Return the vectors of lessons; those of before need not be embedded again."""
        found = {text: each for text, each in self._lesson_vectors.items() if text in texts}
        new = [text for text in texts if text not in found]
        return found | dict(zip(new, self.embed(new), strict=True)) if new else found

    def retriever(self, audience: Audience | None, k: int = 5) -> GuideRetriever:
        """Return the search as a LangChain retriever of the `k` best sections.

        `audience` is who reads what it finds; None, if all of it is theirs to see.
        """
        # Its libraries take their time to import, and an answer does not need them.
        from kb.retrieval.langchain_retriever import GuideRetriever

        def find(question: str) -> tuple[Snapshot, Sequence[Hit]]:
            found = self.find(redact(question), audience=audience)
            return found.index.snapshot, found.hits[:k]

        return GuideRetriever(find=find)

    def _searched(self, found: Found, ranking: Ranking = SHIPPED_RANKING, *, taught: bool) -> Found:
        """Return what is found for the texts that were asked."""
        hits, *parts = (
            self._search(
                found.index, text, vector, found.language, ranking, found.audience, taught=taught
            )
            for text, vector in found.asked
        )
        return replace(found, hits=hits, parts=parts)

    def _search(
        self,
        index: SearchIndex,
        question: str,
        vector: Vectors,
        language: str,
        ranking: Ranking,
        audience: Audience | None,
        *,
        taught: bool,
    ) -> list[Hit]:
        hits = index.search(question, vector, language, ranking, audience)
        if taught and (other := self._taught_like(index)):
            hits = _better(hits, other.search(question, vector, language, ranking, audience))
        return self._reranker.rerank(question, hits, index.snapshot) if self._reranker else hits

    def _check(self, index: SearchIndex) -> None:
        """Check once for each snapshot that it was made with the model that is used."""
        if self._checked != index.snapshot.name:
            check_fingerprint(index.snapshot.manifest.embedder, self._embeddings)
            self._checked = index.snapshot.name

    def embed(self, questions: Sequence[str]) -> Vectors:
        """Return the vectors of some texts, as of questions."""
        known = self._known
        unknown = [question for question in questions if question not in known]
        if unknown:
            found = np.asarray(self._embeddings.encode(unknown, "query"), np.float32)
            known = {**dict(zip(unknown, found, strict=True)), **known}
        return np.stack([known[question] for question in questions])

    def _open(self, before: SearchIndex | None) -> SearchIndex:
        # Another one than is named may do to begin with, but not instead of what is there.
        opened = open_current if before is None else open_live
        try:
            snapshot = opened(self._home.snapshots)
            check_model_id(snapshot.manifest.embedder, self._embeddings)
            if before is not None:
                check_fingerprint(snapshot.manifest.embedder, self._embeddings)
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


def open_knowledge_base(settings: Settings, threads: int = 1) -> KnowledgeBase:
    """Return the knowledge base that the settings name; models are loaded when needed.

    `threads` limits the processor threads of one embedding.
    """
    reranker = None
    if settings.reranker:
        from kb.retrieval.rerank import Reranker

        reranker = Reranker(settings.reranker, settings.home.models)
    models = settings.home.models
    embeddings = SentenceTransformerEmbeddings(settings.embedding_model, models, threads)
    chooser = None
    if settings.chat_model:
        # Its libraries take their time to import, and nothing else needs them.
        from kb.choosing.model_chooser import open_chooser

        chooser = open_chooser(settings, lambda texts: embeddings.encode(texts, "query"))
    return KnowledgeBase(settings.home, embeddings, reranker, chooser=chooser)


def refers_back(answer: Answer, found: Found) -> bool:
    """Whether a question may only be understood with the one before it.

    It is short, not quite understood by itself, and speaks of nothing that the guides do not
    mention.
    """
    sure = answer.decision is Decision.ANSWER and answer.confidence >= _SURE_BY_ITSELF
    if sure or not found.hits:
        return False
    short = len(found.question.split()) <= _FEW_WORDS and len(found.question) <= _FEW_CHARACTERS
    return short and found.index.unknown_terms(found.question, found.language) <= _MOST_UNKNOWN


def _better(hits: Iterable[Hit], others: Iterable[Hit]) -> list[Hit]:
    """Return the better hit of each problem, the best first."""
    best: dict[int, Hit] = {}
    for hit in (*hits, *others):
        if hit.problem not in best or hit.score > best[hit.problem].score:
            best[hit.problem] = hit
    return sorted(best.values(), key=lambda hit: -hit.score)


def _several(found: Found, calibration: Calibration) -> list[Sequence[Hit]]:
    """Return what was found for the parts of a question, if it takes several sections."""
    if len(found.parts) < 2:
        return []
    whole = {hit.problem for hit in found.hits[:NEAREST]}
    sure = [
        hits
        for hits in found.parts
        if hits and hits[0].problem in whole and confidence(hits, calibration) >= _SURE_OF_PART
    ]
    different = {hits[0].problem: hits for hits in reversed(sure)}
    return list(reversed(different.values())) if len(different) > 1 else []
