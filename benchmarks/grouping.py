"""How well questions are grouped by meaning, on questions with known subjects (docs/gaps.md).

    python -m benchmarks.grouping

Agglomerative clustering (average linkage) of the vectors as the model produces them and as
`guidebot gaps` centres them, at several thresholds, to show how sensitive the result is.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from bot.gaps.grouping import MAX_COSINE_DISTANCE, centred
from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.settings import DEFAULT_MODEL, Settings

QUESTIONS = Path(__file__).parent / "gap_questions.tsv"

_THRESHOLDS = {"as is": (0.10, 0.125, 0.15, 0.175), "centred": (0.7, 0.75, 0.8, 0.85, 0.9)}


def read_labelled() -> tuple[list[str], list[str], list[str]]:
    """Return the subjects, the languages and the questions."""
    rows = [line.split("\t") for line in QUESTIONS.read_text("utf-8").splitlines()]
    subjects, languages, questions = (list(column) for column in zip(*rows, strict=True))
    return subjects, languages, questions


def main() -> None:
    """Print the table."""
    subjects, languages, questions = read_labelled()
    embeddings = SentenceTransformerEmbeddings(
        DEFAULT_MODEL, Settings().home.models, threads=os.cpu_count() or 1
    )
    vectors = {
        "as is": embeddings.encode(questions, "query"),
        "centred": centred(questions, languages, embeddings),
    }
    print(f"{len(questions)} questions about {len(set(subjects))} subjects")
    print("| vectors | clustering | groups | V-measure | ARI |\n| --- | --- | --- | --- | --- |")
    for name, found in vectors.items():
        for threshold in _THRESHOLDS[name]:
            used = " (in use)" if name == "centred" and threshold == MAX_COSINE_DISTANCE else ""
            _row(name, f"distance {threshold}{used}", subjects, _agglomerative(found, threshold))
        _row(name, "HDBSCAN", subjects, _hdbscan(found))


def _agglomerative(vectors: Vectors, threshold: float) -> list[int]:
    from sklearn.cluster import AgglomerativeClustering

    clusters = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=threshold
    )
    return [int(group) for group in clusters.fit_predict(vectors)]


def _hdbscan(vectors: Vectors) -> list[int]:
    from sklearn.cluster import HDBSCAN

    clusters = HDBSCAN(min_cluster_size=2, metric="cosine", copy=True)
    found = clusters.fit_predict(vectors.astype(np.float64))
    # Each question outside all clusters forms its own group.
    return [int(group) if group >= 0 else -1 - number for number, group in enumerate(found)]


def _row(name: str, way: str, subjects: list[str], groups: list[int]) -> None:
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    v, ari = v_measure_score(subjects, groups), adjusted_rand_score(subjects, groups)
    print(f"| {name} | {way} | {len(set(groups))} | {v:.3f} | {ari:.3f} |")


if __name__ == "__main__":
    main()
