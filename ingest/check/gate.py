"""The gate: golden questions, asked before a snapshot is published."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.index.embedding_cache import EmbeddingCache
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import GuidebotError
from kb.evaluation.evaluate import Result, judge
from kb.evaluation.golden import GoldenQuestion, questions_beside
from kb.ingest_result import STOPPED_BY_GATE, GateReport, QuestionChange, QuestionOutcome
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Decision
from kb.paths import Home
from kb.progress import TaskProgress, of_task
from kb.question.redact import redact
from kb.retrieval.search import SearchIndex
from kb.snapshot.format import Snapshot


class GateError(GuidebotError):
    """Golden questions would be answered worse than before, so nothing was published."""

    exit_code = STOPPED_BY_GATE


def run_gate(
    questions: Sequence[GoldenQuestion],
    allowed: int,
    live: Snapshot | None,
    made: Snapshot,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    progress: TaskProgress,
) -> GateReport | None:
    """Ask the golden questions, and those next to the new snapshot's guides, of both snapshots.

    Up to `allowed` may be answered worse. Returns None if there are no questions. Raises
    QuestionsError if those next to the guides are invalid.
    """
    beside = questions_beside(made.guides)
    known_already = {question.q for question in questions}
    questions = [*questions, *(each for each in beside if each.q not in known_already)]
    if not questions:
        return None
    # A snapshot of another model cannot be asked: its vectors are not comparable.
    same = live is not None and live.manifest.embedder.model == made.manifest.embedder.model
    texts = [question.q for question in questions]
    cache = EmbeddingCache(home.embedding_cache, embeddings)
    vectors, _ = cache.encode(texts, "query", of_task("Embedding questions", progress))
    known = dict(zip(texts, vectors, strict=True))

    def answering(snapshot: Snapshot) -> KnowledgeBase:
        return KnowledgeBase(home, embeddings, pinned=SearchIndex(snapshot), known=known)

    before = answering(live) if live is not None and same else None
    return ask_both(questions, before, answering(made), allowed, of_task("Asking", progress))


def ask_both(
    questions: Sequence[GoldenQuestion],
    before: KnowledgeBase | None,
    after: KnowledgeBase,
    allowed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> GateReport:
    """Ask every question of the live snapshot and of the new one, and compare the answers."""
    gone = _sections(before) - _sections(after) if before else set()
    changes: list[QuestionChange] = []
    right_before = right_after = 0
    for number, question in enumerate(questions, 1):
        new, result = _ask(after, question)
        right_after += result.failure is None
        if before:
            old, earlier = _ask(before, question)
            right_before += earlier.failure is None
            worse = _worse(question, (old, earlier), (new, result), gone)
            if worse or _fingerprint(old) != _fingerprint(new):
                changes.append(
                    QuestionChange(
                        question=question.q,
                        language=question.lang,
                        line=question.line,
                        expect=question.expect,
                        before=_outcome(old, earlier),
                        after=_outcome(new, result),
                        worse=worse,
                        draft=question.draft is not None,
                    )
                )
        progress(number, len(questions))
    return GateReport(
        questions=len(questions),
        right_before=right_before if before else None,
        right_after=right_after,
        allowed=allowed,
        changes=tuple(changes),
    )


def _ask(knowledge_base: KnowledgeBase, question: GoldenQuestion) -> tuple[Answer, Result]:
    found = knowledge_base.find(redact(question.q))
    answer = knowledge_base.answer(found)
    return answer, judge(question, found, answer)


def _worse(
    question: GoldenQuestion,
    before: tuple[Answer, Result],
    after: tuple[Answer, Result],
    gone: set[str],
) -> str | None:
    """Return how a question is answered worse than before, or None."""
    lost = [name for name in _cited(before[0]) if name in gone]
    if question.covered and lost:
        return f"the section that answered it is gone: {', '.join(lost)}"
    if before[1].failure is None and after[1].failure is not None:
        return f"was right, now wrong: {after[1].failure.value}"
    covered = before[0].decision in (Decision.ANSWER, Decision.CHOOSE)
    if question.covered and covered and after[0].decision is Decision.NOT_COVERED:
        return "was covered, now not covered"
    return None


def _outcome(answer: Answer, result: Result) -> QuestionOutcome:
    return QuestionOutcome(
        decision=answer.decision, sections=tuple(_cited(answer)), failure=result.failure
    )


def _cited(answer: Answer) -> list[str]:
    return list(dict.fromkeys(c.section for c in (*answer.citations, *answer.choices)))


def _fingerprint(answer: Answer) -> tuple[object, ...]:
    """Return what a person would see of an answer."""
    # A citation's line numbers change with every edit above it, so they do not count.
    words = [
        (part.heading, step.text, *(child.full_text for child in step.children))
        for part in answer.parts
        for step in (*part.steps, *part.notes)
    ]
    return answer.decision, _cited(answer), words


def _sections(knowledge_base: KnowledgeBase) -> set[str]:
    snapshot = knowledge_base.index().snapshot
    rows = map(snapshot.section, range(snapshot.manifest.sections))
    return {f"{snapshot.guides[row.guide].id}#{row.section.anchor}" for row in rows}
