"""Customers' questions on some hundred pages of technical documentation, compared with others.

    python -m benchmarks.technical_docs [FOLDER] [--questions FILE] [--keep FOLDER]

FOLDER contains Markdown pages; the default is the IAM user guide in ../shared/corpus. The questions
(technical_questions.yaml) name the pages that answer them. Side by side: Guidebot, its chunks'
embeddings alone, BM25 alone, and the LangChain quickstart, which splits the pages in its own way.
Nothing in Guidebot was fitted to these questions. Embedding takes ten minutes; --keep names a
folder to keep the results in for the next run.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.corpus import DEFAULT_FOLDER, pages_of
from benchmarks.measure import THEIRS, table, tell
from benchmarks.quickstart import PlainEmbeddings, build, load
from ingest.commands.beir import WAYS
from ingest.pipeline import Plan, ingest
from ingest.sources.guides_file import GuideEntry
from ingest.sources.resolve import SourceList
from kb.embedder.e5_archive import default_model
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.evaluation.measures import Ranked, retrieval_measures
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.question.redact import redact
from kb.settings import DEFAULT_MODEL

DEFAULT_QUESTIONS = Path(__file__).parent / "technical_questions.yaml"
_PAGES = 10
_PASSAGES = 200
"""How many of the quickstart's passages are requested, as several come from one page."""

_MEASURES = ("recall@1", "recall@5", "MRR@10")


@dataclass(frozen=True)
class Asked:
    """A question, and the pages that answer it."""

    question: str
    pages: frozenset[str]


Ranking = Callable[[str], list[str]]
"""Ranks the pages for a question, best first."""


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--questions", type=Path, default=DEFAULT_QUESTIONS)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    pages_of(options.folder)  # exits with a message if there are none
    asked = [
        Asked(str(row["q"]), frozenset(row["pages"]))
        for row in yaml.safe_load(options.questions.read_text("utf-8"))
    ]
    with tempfile.TemporaryDirectory() as temporary:
        root = options.keep or Path(temporary)
        root.mkdir(parents=True, exist_ok=True)
        ways = _ours(options.folder, root) | {THEIRS: _quickstart(options.folder, root)}
        rows = [[name, *_measured(name, rank, asked)] for name, rank in ways.items()]
    print(f"{len(asked)} questions\n")
    print(table(["by page", *_MEASURES], rows))


def _ours(folder: Path, root: Path) -> dict[str, Ranking]:
    home = Home(root / "home")
    embeddings = SentenceTransformerEmbeddings(DEFAULT_MODEL, home.models, threads=2)
    if not home.snapshots.exists():
        tell("ingesting")
        named = SourceList((GuideEntry(source=str(folder)),), Path(), home)
        ingest(named, home, embeddings, plan=Plan(skip_bad=True))
    knowledge_base = KnowledgeBase(home, embeddings)

    def ranking(way: str) -> Ranking:
        def rank(question: str) -> list[str]:
            found = knowledge_base.find(redact(question), ranking=WAYS[way])
            guides = found.index.snapshot.guides
            rows = [found.index.snapshot.section(hit.section).guide for hit in found.hits]
            return _once(Path(guides[row].source).stem for row in rows)

        return rank

    return {way: ranking(way) for way in WAYS}


def _quickstart(folder: Path, root: Path) -> Ranking:
    embeddings = PlainEmbeddings(str(default_model(root / "home" / "models")))
    store = root / "quickstart"
    if not store.exists():
        tell("ingesting with the quickstart")
        build(str(folder), str(store), embeddings)
    vectors = load(str(store), embeddings)

    def rank(question: str) -> list[str]:
        found = vectors.similarity_search(question, k=_PASSAGES)
        return _once(Path(str(document.metadata["source"])).stem for document in found)

    return rank


def _measured(name: str, rank: Ranking, asked: Iterable[Asked]) -> list[str]:
    tell(name)
    ranked = [
        Ranked(str(n), "en", one.pages, tuple(rank(one.question)[:_PAGES]))
        for n, one in enumerate(asked)
    ]
    measures = retrieval_measures(ranked)["all"]
    return [f"{measures[measure].mean:.3f}" for measure in _MEASURES]


def _once(pages: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(pages))


if __name__ == "__main__":
    main()
