"""`guidebot eval-beir`: measures search on corpora in BEIR's format.

https://github.com/beir-cellar/beir has many of them:

corpus.jsonl      {"_id", "title", "text"} a line
queries.jsonl     {"_id", "text"} a line
qrels/test.tsv    query-id, corpus-id, score, under a header
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from ingest.commands.ingest import embeddings_of
from ingest.pipeline import publish_guides
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import GuidebotError
from kb.evaluation.measures import Measure, Ranked, retrieval_measures
from kb.knowledge_base import KnowledgeBase
from kb.model import Block, BlockKind, Guide, GuideInfo, Lines, Section, Span
from kb.paths import Home
from kb.progress import TaskProgress, no_task_progress
from kb.question.redact import redact
from kb.retrieval.ranking import SHIPPED, Ranking, Weights
from kb.settings import Settings, load_settings
from kb.terminal.output import new_console
from kb.terminal.progress_bars import progress_bars
from kb.text.language import detect_language

_RANKED = 10
_COLUMNS = ("recall@1", "recall@3", "recall@5", "MRR@10")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

WAYS = {
    "Guidebot": SHIPPED,
    "chunks alone": Ranking.of(Weights(passage=1)),
    "BM25 alone": Ranking.of(Weights(words=1)),
}
"""The rankings that are compared."""


@app.command("eval-beir")
def eval_beir(
    corpora: Annotated[list[Path], typer.Argument(help="Folders with one corpus each.")],
) -> None:
    """Measure search on corpora in BEIR's format."""
    from kb.evaluation.report import show_retrieval

    settings = load_settings(Settings)
    for folder in corpora:
        with progress_bars(new_console(stderr=True)) as progress:
            ways = evaluate_beir(folder, settings.home, embeddings_of(settings), progress)
        show_retrieval(folder.name, ways, _COLUMNS, new_console(markup=False))


@dataclass(frozen=True)
class Beir:
    """A corpus as a guide, one section per document; its queries with their relevant documents."""

    guide: Guide
    queries: dict[str, str]
    right: dict[str, frozenset[str]]


def read_beir(folder: Path) -> Beir:
    """Read a corpus; raises GuidebotError with the file and line that is wrong."""
    documents = list(_rows(folder / "corpus.jsonl", ("_id", "text")))
    queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl", ("_id", "text"))}
    right: dict[str, set[str]] = {}
    for query, document, score in _judgements(folder / "qrels" / "test.tsv"):
        if score > 0 and query in queries:
            right.setdefault(query, set()).add(document)
    sample = "\n".join(row["text"] for row in documents[:20])
    info = GuideInfo(
        id=folder.name or "corpus",
        title="",
        language=detect_language(sample),
        source=str(folder),
        sha256="",
    )
    sections = tuple(_section(number, row) for number, row in enumerate(documents, 1))
    return Beir(
        guide=Guide(info=info, sections=sections),
        queries={query: queries[query] for query in right},
        right={query: frozenset(found) for query, found in right.items()},
    )


def evaluate_beir(
    folder: Path,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    progress: TaskProgress = no_task_progress,
) -> dict[str, dict[str, Measure]]:
    """Return each ranking's measures on a corpus. The live snapshot is not touched."""
    corpus = read_beir(folder)
    home.root.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as temporary:
        own = Home(Path(temporary))
        # The vectors are cached with the others, so that a second run is fast.
        os.symlink(home.embedding_cache.resolve(), own.embedding_cache)
        publish_guides([corpus.guide], own, embeddings, progress)
        knowledge_base = KnowledgeBase(own, embeddings)
        found = {way: list[Ranked]() for way in WAYS}
        for number, (id, query) in enumerate(corpus.queries.items(), 1):
            for way, ranking in WAYS.items():
                hits = knowledge_base.find(redact(query), ranking=ranking)
                names = tuple(hits.index.names(hit)[0][0] for hit in hits.hits[:_RANKED])
                found[way].append(Ranked(query, hits.language, corpus.right[id], names))
            progress("Asking", number, len(corpus.queries))
    return {way: retrieval_measures(ranked)["all"] for way, ranked in found.items()}


def _section(number: int, row: dict[str, Any]) -> Section:
    lines = Lines(first=number, last=number)
    title = str(row.get("title") or "")
    paragraphs = [text for text in str(row["text"]).split("\n") if text.strip()]
    return Section(
        anchor=str(row["_id"]),
        heading=title,
        path=(title,) if title else (),
        lines=lines,
        blocks=tuple(
            Block(id=str(n), kind=BlockKind.PARAGRAPH, lines=lines, spans=(Span(text=text),))
            for n, text in enumerate(paragraphs, 1)
        ),
    )


def _rows(path: Path, keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_lines(path), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise GuidebotError(f"{path}: line {number}: is not JSON: {error}") from error
        if not isinstance(row, dict) or any(not isinstance(row.get(key), str) for key in keys):
            raise GuidebotError(f"{path}: line {number}: needs the text fields {', '.join(keys)}.")
        yield row


def _judgements(path: Path) -> Iterator[tuple[str, str, float]]:
    for number, row in enumerate(csv.reader(_lines(path), delimiter="\t"), 1):
        if number == 1:
            continue
        try:
            query, document, score = row
            yield query, document, float(score)
        except ValueError as error:
            raise GuidebotError(
                f"{path}: line {number}: must have query-id, corpus-id and score: {row}"
            ) from error


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text("utf-8").split("\n") if line.strip()]
    except OSError as error:
        raise GuidebotError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise GuidebotError(f"{path}: is not UTF-8.") from error
