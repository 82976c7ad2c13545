"""Fits how sure the bot is where sections have phrases (kb/answer/decide.py).

    python -m benchmarks.fit_decision [--shared FOLDER]

A logistic regression over the dev questions of the golden set, and over the phrasebook's own
phrases as questions, each asked of a snapshot that was made without it: a fifth of the phrases
of subjects that a section answers, and a fifth of the other subjects, are left out in turn. The
phrases, most of which are of subjects that the snapshot has then never heard of, weigh little:
they keep few dev questions from being learnt by heart. Prints the coefficients, and what they
do to the test questions, which decide nothing.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.ablation import golden_guides
from benchmarks.measure import SAMPLE_GUIDES, table, tell
from ingest.pipeline import publish_guides
from kb.answer.decide import THRESHOLD, Features, features
from kb.evaluation.golden import read_questions
from kb.knowledge_base import KnowledgeBase
from kb.model import Guide
from kb.paths import Home
from kb.question.redact import redact
from kb.retrieval.phrasebook import Subject, subjects
from kb.settings import DEFAULT_MODEL
from testing.remembering import RememberingEmbeddings

_FOLDS = 5
_WEIGHT_OF_PHRASES = 0.01


@dataclass(frozen=True)
class Asked:
    """A question that was asked: what the decision rests on, and whether the first was right."""

    source: str
    features: Features
    covered: bool
    right: bool


def main() -> None:
    """Fit the coefficients, and print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path)
    options = parser.parse_args()
    asked: list[Asked] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder))
        for name, guide, names in golden_guides(options.shared):
            tell(name)
            asked += bench.golden(guide, names)
            for fold in range(_FOLDS):
                asked += bench.left_out(guide, names, fold)
    print(_report(asked))


class _Bench:
    """Snapshots with and without some of the phrases, sharing the vectors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._embeddings = RememberingEmbeddings(DEFAULT_MODEL, folder / "models", threads=2)
        self._homes = 0

    def golden(self, guide: Guide, names: dict[str, str]) -> Iterator[Asked]:
        """Ask the golden questions that are not small talk."""
        knowledge_base = self._without(guide, frozenset())
        for question in read_questions(SAMPLE_GUIDES / "questions.yaml"):
            if question.expect != ("small_talk",):
                expected = [names.get(e, e) for e in question.expect] if question.covered else []
                yield from _ask(knowledge_base, question.split, question.q, expected)

    def left_out(self, guide: Guide, names: dict[str, str], fold: int) -> Iterator[Asked]:
        """Ask the phrases of one fold, of a snapshot that was made without them."""
        phrases = [
            (subject, text)
            for number, subject in enumerate(_shuffled(subjects()))
            for position, text in enumerate(t for some in subject.phrases.values() for t in some)
            if (position if subject.heading else number) % _FOLDS == fold
        ]
        knowledge_base = self._without(guide, frozenset(text for _, text in phrases))
        for subject, text in phrases:
            expected = [names.get(subject.name, subject.name)] if subject.heading else []
            yield from _ask(knowledge_base, "phrases", text, expected)

    def _without(self, guide: Guide, texts: frozenset[str]) -> KnowledgeBase:
        self._homes += 1
        home = Home(self._folder / str(self._homes))
        home.root.mkdir()
        home.embedding_cache.symlink_to(self._folder / "embeddings.sqlite")
        kept = tuple(
            Subject(
                name=subject.name,
                heading=subject.heading,
                about=subject.about,
                phrases={
                    language: tuple(text for text in some if text not in texts)
                    for language, some in subject.phrases.items()
                },
            )
            for subject in subjects()
        )
        with patch("ingest.index.phrases.subjects", lambda: kept):
            publish_guides([guide], home, self._embeddings)
        return KnowledgeBase(home, self._embeddings)


def _ask(
    knowledge_base: KnowledgeBase, source: str, question: str, expected: Sequence[str]
) -> Iterator[Asked]:
    found = knowledge_base.find(redact(question))
    if found.hits and not np.isnan(found.hits[0].phrase):
        right = found.index.names(found.hits[0])[0][0] in expected
        yield Asked(source, features(found.hits), bool(expected), right)


def _shuffled(some: Sequence[Subject]) -> list[Subject]:
    return random.Random(1).sample(some, len(some))


def _report(asked: Sequence[Asked]) -> str:
    weights = {"dev": 1.0, "phrases": _WEIGHT_OF_PHRASES, "test": 0.0}
    weight = np.array([weights[each.source] for each in asked])
    # How far the section stands out (z) says nothing more where there are phrases.
    values = np.array([each.features[:-1] for each in asked])
    right = np.array([each.right for each in asked])
    learnt = weight > 0
    model = LogisticRegression(C=10.0, max_iter=1000)
    model.fit(values[learnt], right[learnt], sample_weight=weight[learnt])
    coefficients = [
        ("bias", model.intercept_[0]),
        *zip(Features._fields, model.coef_[0], strict=False),
    ]
    sure = model.predict_proba(values)[:, 1]
    rows = [[source, *_outcome(asked, sure, source)] for source in ("dev", "test")]
    return "\n\n".join(
        [
            table(["coefficient", "fitted"], [[n, f"{c:.3f}"] for n, c in coefficients]),
            table(["questions", "covered, answered", "not covered, answered"], rows),
        ]
    )


def _outcome(asked: Sequence[Asked], sure: NDArray[np.float64], source: str) -> list[str]:
    answered = {
        covered: [
            p >= THRESHOLD
            for each, p in zip(asked, sure, strict=True)
            if each.source == source and each.covered is covered
        ]
        for covered in (True, False)
    }
    return [f"{np.mean(answered[covered]):.3f}" for covered in (True, False)]


if __name__ == "__main__":
    main()
