"""How accurate, and how honest, the search is on guides it was not fitted to.

    python -m benchmarks.any_guide [--fetched FOLDER] [--keep FOLDER] [--shipped]

Asks each guide's questions (bench_guides) on a snapshot of that guide alone, as it is and with the
drafted wordings. Nothing that learned from the guide is used: the adapter is one trained on the
other half of the guides (the shipped one, for the first half), and weights and confidence are
fitted to the other guides in its half. --shipped prints the constants fitted to the whole first
half (kb/retrieval/ranking.py, kb/answer/decide.py). --fetched is the folder that collect_guides
wrote to; --keep is a folder to cache embeddings in for the next run. The first run takes some
twenty minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.bench_guides import FOLDS, HERE, SHARED, BenchGuide, bench_guides
from benchmarks.fitting import Asked, fit_sureness, fit_weights
from benchmarks.measure import table, tell
from ingest.pipeline import publish_guides
from kb.answer.decide import CHOICES, PLAUSIBLE, THRESHOLD, first_log_odds, probabilities
from kb.embedder.adapter import shipped_adapter
from kb.embedder.e5_archive import find_archive, unpack
from kb.embedder.embeddings import DEFAULT_COSINES, SentenceTransformerEmbeddings
from kb.evaluation.measures import calibration_bins, calibration_error
from kb.paths import Home
from kb.retrieval.ranking import SHIPPED, Ranking
from kb.retrieval.search import SearchIndex
from kb.text.language import detect_language

ALONE = ("passage", "block", "words", "known")
WORDED = ("block", "words", "known", "nearest", "wordings")

SECOND_ADAPTER = HERE / "second-half.safetensors"
"""An adapter trained without the second half of the guides (train_adapter --fold 2)."""

COLUMNS = (
    "first",
    "top 3",
    "reached",
    "wrong",
    "false",
    "asked which",
    "AUC",
    "ECE",
)
"""Covered questions: the right problem first; in the top three; answered right or among the
choices; answered from a wrong one. Others: answered; asked which. Then the area under the ROC
curve, covered or not, and the expected calibration error."""


def main() -> None:
    """Ask all questions and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fetched", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--shipped", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        keep = options.keep or Path(temporary)
        keep.mkdir(parents=True, exist_ok=True)
        guides = list(bench_guides(options.fetched, options.shared))
        plain = [each for guide in guides for each in ask(guide, False, keep)]
        worded = [each for guide in guides for each in ask(guide, True, keep)]
    for name, asked in (("guide alone", plain), ("with wordings", worded)):
        print(f"\n{name}\n")
        print(table(["", "questions", *COLUMNS], rows(asked, plain, worded)))
    if options.shipped:
        first = [each for each in plain if each.guide in FOLDS[0]]
        second = [each for each in worded if each.guide in FOLDS[0]]
        ranking = fit_ranking(first, second)
        print(f"\nto ship: {ranking}")
        for name, asked in (("alone", first), ("worded", second)):
            judged = [each for some in left_out(asked, first, second).values() for each in some]
            print(f"sureness {name}: {fit_sureness(judged)}")


class FoldEmbeddings(SentenceTransformerEmbeddings):
    """The default model with a different adapter."""

    @property
    def cosines(self) -> tuple[float, float]:
        """Return those of the default model."""
        return DEFAULT_COSINES


def ask(guide: BenchGuide, worded: bool, keep: Path) -> Iterator[Asked]:
    """Yield a guide's questions, each with what the search finds."""
    tell(f"{guide.name}{', with wordings' if worded else ''}")
    embeddings = FoldEmbeddings(str(model_of(guide.name, keep)), keep, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(Path(temporary))
        os.symlink((keep / "embeddings.sqlite").resolve(), home.embedding_cache)
        pages = guide.worded() if worded else guide.pages
        snapshot, _ = publish_guides(pages, home, embeddings)
        index = SearchIndex(snapshot)
        vectors = embeddings.encode([each.text for each in guide.questions], "query")
        for question, vector in zip(guide.questions, vectors, strict=True):
            language = detect_language(question.text, otherwise=index.languages[0])
            hits = index.search(question.text, vector, language)
            names = [(_file(index, hit.problem), _anchor(index, hit.problem)) for hit in hits]
            right = tuple(name in question.right for name in names)
            yield Asked(guide.name, tuple(hits), right, bool(question.right))


def rows(
    asked: Sequence[Asked], plain: Sequence[Asked], worded: Sequence[Asked]
) -> list[list[str]]:
    """Return a row for each guide, worst first, and the means.

    `plain` and `worded` are what the weights are fitted to.
    """
    found = {}
    ranked: dict[str, list[Asked]] = {}
    for fold in FOLDS:
        own, first, second = (
            [each for each in some if each.guide in fold] for some in (asked, plain, worded)
        )
        ranked |= left_out(own, first, second)
        names = sorted({each.guide for each in own})
        for name in names:
            others = [each for other in names if other != name for each in ranked[other]]
            found[name] = measured(ranked[name], *fit_sureness(others))
    order = sorted(found, key=lambda name: found[name][0])
    lines = [
        [name, str(len(ranked[name])), *(f"{value:.2f}" for value in found[name])] for name in order
    ]
    means = np.mean(list(found.values()), axis=0)
    return [*lines, ["mean", str(len(asked)), *(f"{value:.3f}" for value in means)]]


def left_out(
    asked: Sequence[Asked], plain: Sequence[Asked], worded: Sequence[Asked]
) -> dict[str, list[Asked]]:
    """Return each guide's questions, ranked with weights fitted to the other guides."""
    ranked = {}
    for name in sorted({each.guide for each in asked}):
        ranking = fit_ranking(*([a for a in some if a.guide != name] for some in (plain, worded)))
        ranked[name] = [each.ranked(ranking) for each in asked if each.guide == name]
    return ranked


def fit_ranking(plain: Sequence[Asked], worded: Sequence[Asked]) -> Ranking:
    """Return the weights fitted to guides as they are, and to the same guides with wordings."""
    return Ranking(
        alone=fit_weights(plain, ALONE, SHIPPED), worded=fit_weights(worded, WORDED, SHIPPED)
    )


def measured(asked: Sequence[Asked], scale: float, bias: float) -> list[float]:
    """Return the figures for one guide's questions, in the order of COLUMNS."""
    covered = [each for each in asked if each.covered]
    others = [each for each in asked if not each.covered]
    sure = {
        id(each): 1 / (1 + np.exp(-(scale * first_log_odds(each.hits) + bias)))
        if each.hits
        else 0.0
        for each in asked
    }
    outcomes = {id(each): _outcome(each, sure[id(each)]) for each in asked}

    def share(some: Sequence[Asked], *wanted: str) -> float:
        return float(np.mean([outcomes[id(each)] in wanted for each in some]))

    right = np.array([each.covered and bool(each.hits) and each.right[0] for each in asked])
    return [
        float(np.mean([any(each.right[:1]) for each in covered])),
        float(np.mean([any(each.right[:3]) for each in covered])),
        share(covered, "right", "among"),
        share(covered, "wrong"),
        share(others, "wrong"),
        share(others, "among", "not among"),
        _area([_plausible(e) for e in covered], [_plausible(e) for e in others]),
        calibration_error(
            calibration_bins(np.array([sure[id(each)] for each in asked]), right.astype(float))
        ),
    ]


def model_of(name: str, keep: Path) -> Path:
    """Return the folder of the model that has learned nothing from a guide."""
    first = name in FOLDS[0]
    adapter = shipped_adapter() if first else SECOND_ADAPTER.read_bytes()
    folder = keep / hashlib.sha256(adapter).hexdigest()[:12]
    if not folder.exists():
        unpack(find_archive(), folder, adapter)
    return folder


def _file(index: SearchIndex, problem: int) -> str:
    return index.snapshot.guides[int(index.snapshot.guide_of[problem])].source


def _anchor(index: SearchIndex, problem: int) -> str:
    return index.snapshot.section(problem).section.anchor


def _outcome(asked: Asked, sure: float) -> str:
    if sure >= THRESHOLD:
        return "right" if asked.right[0] else "wrong"
    if _plausible(asked, CHOICES) >= PLAUSIBLE:
        return "among" if any(asked.right[:CHOICES]) else "not among"
    return "nothing"


def _plausible(asked: Asked, first: int | None = None) -> float:
    """Return the probability that one of the first problems is meant, or any at all."""
    return sum(probabilities(asked.hits)[:first])


def _area(covered: Sequence[float], others: Sequence[float]) -> float:
    """Return the area under the ROC curve: how often a covered question scores higher."""
    a, b = np.array(covered)[:, None], np.array(others)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())


if __name__ == "__main__":
    main()
