"""What a language model adds to the decision, on guides the search was not fitted to.

    python -m benchmarks.chooser [--fetched FOLDER] [--keep FOLDER]

Asks the questions from any_guide end to end, without a model and with two scripted ones: one that
always knows which problem answers, or that none does, and one that is wrong one time in ten and
then picks any other problem, or none. The search is that of any_guide, with the shipped weights.
The options are the same, too.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks import any_guide
from benchmarks.bench_guides import SHARED, BenchGuide, bench_guides
from benchmarks.measure import table, tell
from ingest.pipeline import publish_guides
from kb.answer.compose import compose
from kb.choosing.chooser import Chosen, Decides
from kb.choosing.prompt import Decided
from kb.finding import Found
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Audience, Citation, CleanText, Decision, Problem
from kb.paths import Home
from kb.question.redact import redact
from kb.retrieval.ranking import SHIPPED, Ranking
from kb.retrieval.search import SearchIndex

_SEED = 20

Names = frozenset[tuple[str, str]]


@dataclass
class Scripted:
    """A model that knows the answers, and errs on a share of the questions."""

    errs: float
    decides: Decides
    right: Names = frozenset()
    asked: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(_SEED))

    @contextmanager
    def session(
        self, question: str, snapshot: str, audience: Audience | None
    ) -> Iterator[Scripted]:
        """Return itself."""
        yield self

    def condense(self, question: str, before: str) -> str | None:
        """Return nothing."""
        return None

    def translate(self, answer: Answer) -> Answer:
        """Return the answer unchanged."""
        return answer

    def choose(self, question: str, before: str, problems: Sequence[Problem]) -> Chosen | None:
        """Choose the first problem that is right, or another."""
        self.asked += 1
        names = [(guide.source, sections[0].anchor) for sections, guide in problems]
        right = [number for number, name in enumerate(names) if name in self.right]
        choice = right[0] if right else None
        if self.chance.random() < self.errs:
            wrong = [number for number in range(len(names)) if number not in right]
            choice = self.chance.choice([*wrong, *([None] if right else [])])
        if choice is None:
            return Chosen(Decided.NONE)
        composed = compose(*problems[choice], "bench")
        return Chosen(Decided.ANSWER, (choice,), (composed,))


SIDES: dict[str, Scripted | None] = {
    "without a model": None,
    "always right, `unsure`": Scripted(0.0, "unsure"),
    "always right, `always`": Scripted(0.0, "always"),
    "wrong one time in ten, `unsure`": Scripted(0.1, "unsure"),
    "wrong one time in ten, `always`": Scripted(0.1, "always"),
}

COLUMNS = ("answered right", "reached", "wrong", "false", "asked which", "requests")
"""Covered questions: answered right; that, or right among the choices; answered from a wrong
problem. Others: answered; asked which. Then the requests to the model per question."""


class Remembering(KnowledgeBase):
    """Searches only once for each question."""

    found: dict[str, Found]

    def find(
        self,
        question: CleanText,
        language: str | None = None,
        ranking: Ranking = SHIPPED,
        audience: Audience | None = None,
        *,
        taught: bool = False,
    ) -> Found:
        """Return what was found before, if anything."""
        if question not in self.found:
            self.found[question] = super().find(question, language, ranking, audience)
        return self.found[question]


def main() -> None:
    """Ask all questions and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fetched", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--shared", type=Path, default=SHARED)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        keep = options.keep or Path(temporary)
        keep.mkdir(parents=True, exist_ok=True)
        guides = list(bench_guides(options.fetched, options.shared))
        for worded in (False, True):
            found = [measured(guide, worded, keep) for guide in guides]
            print(f"\n{'with wordings' if worded else 'guides alone'}, means of {len(guides)}\n")
            rows = [
                [side, *(f"{value:.3f}" for value in np.mean([f[side] for f in found], axis=0))]
                for side in SIDES
            ]
            print(table(["", *COLUMNS], rows))


def measured(guide: BenchGuide, worded: bool, keep: Path) -> dict[str, list[float]]:
    """Return the figures for one guide, by side, in the order of COLUMNS."""
    tell(f"{guide.name}{', with wordings' if worded else ''}")
    model = str(any_guide.model_of(guide.name, keep))
    embeddings = any_guide.FoldEmbeddings(model, keep, os.cpu_count() or 1)
    texts = [redact(question.text) for question in guide.questions]
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(Path(temporary))
        os.symlink((keep / "embeddings.sqlite").resolve(), home.embedding_cache)
        pages = guide.worded() if worded else guide.pages
        snapshot, _ = publish_guides(pages, home, embeddings)
        known = dict(zip(texts, embeddings.encode(list(texts), "query"), strict=True))
        base = Remembering(home, embeddings, pinned=SearchIndex(snapshot), known=known)
        base.found = {}
        return {side: _asked(guide, texts, base, chooser) for side, chooser in SIDES.items()}


def _asked(
    guide: BenchGuide, texts: Sequence[CleanText], base: KnowledgeBase, chooser: Scripted | None
) -> list[float]:
    base.chooser = chooser
    before = chooser.asked if chooser else 0
    covered: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for question, text in zip(guide.questions, texts, strict=True):
        if chooser:
            chooser.right = question.right
        outcome = _outcome(base.ask(text), question.right)
        (covered if question.right else others)[outcome] += 1
    asked = chooser.asked - before if chooser else 0
    return [
        covered["right"] / covered.total(),
        (covered["right"] + covered["among"]) / covered.total(),
        covered["wrong"] / covered.total(),
        others["wrong"] / max(1, others.total()),
        others["not among"] / max(1, others.total()),
        asked / len(texts),
    ]


def _outcome(answer: Answer, right: Names) -> str:
    if answer.decision is Decision.ANSWER:
        return "right" if {*map(_name, answer.citations)} <= right else "wrong"
    if answer.decision is Decision.CHOOSE:
        return "among" if right & {*map(_name, answer.choices)} else "not among"
    return "nothing"


def _name(citation: Citation) -> tuple[str, str]:
    return citation.source, citation.problem or citation.anchor


if __name__ == "__main__":
    main()
