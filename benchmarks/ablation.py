"""What each part of the search is worth: one change a row (docs/retrieval.md).

    python -m benchmarks.ablation [--shared FOLDER [--corpora]] [--split dev]

Recall@1 on the golden questions: of the sample guide's two editions, each by itself, and with
--shared also of the real guides and of the BEIR corpora found there.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from benchmarks.measure import SAMPLE_GUIDES, table, tell
from ingest.commands.beir import WAYS as CORPUS_WAYS
from ingest.commands.beir import read_beir
from ingest.index.chunk import chunk_guide
from ingest.pipeline import publish_guides
from ingest.reading import read_guides
from ingest.sources.files import find_sources
from kb.evaluation.golden import read_questions
from kb.knowledge_base import KnowledgeBase
from kb.model import BlockKind, Chunk, Guide, Section
from kb.paths import Home
from kb.question.redact import redact
from kb.retrieval.search import WEIGHTS, Weights
from kb.settings import DEFAULT_MODEL
from testing.remembering import RememberingEmbeddings

_RRF = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009)."""

_DENSE, _BM25 = CORPUS_WAYS["dense alone"], CORPUS_WAYS["BM25 alone"]
_STANDARDISED = CORPUS_WAYS["dense alone, standardised"]


@dataclass(frozen=True)
class Task:
    """A guide, or a corpus as one, and questions with the anchors of what answers each."""

    name: str
    guide: Guide
    questions: Mapping[str, frozenset[str]]
    corpus: bool = False


@dataclass(frozen=True)
class Way:
    """A way to search: how the snapshot is made, and how the scores are weighed.

    One that `cuts` changes what the chunks are.
    """

    name: str
    weights: Weights = WEIGHTS
    ingest: Callable[[], AbstractContextManager[object]] = nullcontext
    fused: bool = False
    cuts: bool = False


def _words_times(factor: float) -> Weights:
    return replace(
        WEIGHTS,
        lexical=factor * WEIGHTS.lexical,
        section=factor * WEIGHTS.section,
        guide=factor * WEIGHTS.guide,
    )


def _phrases_times(factor: float) -> Weights:
    return replace(WEIGHTS, phrase=factor * WEIGHTS.phrase, lead=factor * WEIGHTS.lead)


def _chunks_of(tokens: int) -> Callable[[], AbstractContextManager[object]]:
    """Return what makes ingest cut chunks of so many tokens."""
    return lambda: patch("ingest.index.chunk.CHUNK_TOKENS", tokens)


def _cut_otherwise(
    change: Callable[[Section, list[Chunk]], list[Chunk]],
) -> Callable[[], AbstractContextManager[object]]:
    """Return what makes ingest change each section's chunks."""

    def chunks(
        guide: Guide, first: int, count_tokens: Callable[[str], int], limit: int
    ) -> Iterator[Chunk]:
        found = list(chunk_guide(guide, first, count_tokens, limit))
        for number, section in enumerate(guide.sections, first):
            own = [chunk for chunk in found if chunk.section == number]
            yield from change(section, own)

    return lambda: patch("ingest.pipeline.chunk_guide", chunks)


def _without_headings(_: Section, chunks: list[Chunk]) -> list[Chunk]:
    return [_with_text(chunk, "\n".join(_lines(chunk)) or chunk.text) for chunk in chunks]


def _overlapping(_: Section, chunks: list[Chunk]) -> list[Chunk]:
    found = chunks[:1]
    for before, chunk in zip(chunks, chunks[1:], strict=False):
        heading = chunk.text.split("\n", 1)[0]
        text = "\n".join([heading, *_lines(before)[-1:], *_lines(chunk)])
        found.append(_with_text(chunk, text))
    return found


def _without_see_also(section: Section, chunks: list[Chunk]) -> list[Chunk]:
    blocks = [block for block in section.blocks if block.kind is BlockKind.LINKS]
    titles = {line for block in blocks for line in block.full_text.split("\n")}
    kept = []
    for chunk in chunks:
        heading = chunk.text.split("\n", 1)[0]
        lines = [line for line in _lines(chunk) if line not in titles]
        kept += [_with_text(chunk, "\n".join([heading, *lines]))]
    return kept


def _and_each_line(_: Section, chunks: list[Chunk]) -> list[Chunk]:
    lines = [_with_text(chunk, line) for chunk in chunks for line in _lines(chunk) if line.strip()]
    return chunks + lines


def _lines(chunk: Chunk) -> list[str]:
    return chunk.text.split("\n")[1:]


def _with_text(chunk: Chunk, text: str) -> Chunk:
    return chunk.model_copy(update={"text": text})


WAYS = (
    Way("Guidebot"),
    Way("without the phrasebook", replace(WEIGHTS, phrase=0, lead=0)),
    Way("without the classifier of subjects", replace(WEIGHTS, phrase=2, lead=0)),
    Way("the classifier of subjects, without nearness", replace(WEIGHTS, phrase=0, lead=1.5)),
    Way("without concepts", replace(WEIGHTS, concept=0)),
    Way("without words", replace(WEIGHTS, lexical=0, section=0, guide=0)),
    Way("without words of whole sections", replace(WEIGHTS, lexical=5, section=0)),
    Way("without words of whole guides", replace(WEIGHTS, guide=0)),
    Way("without literals", replace(WEIGHTS, literal=0)),
    Way("words of other languages, too", replace(WEIGHTS, foreign=1)),
    Way("half the weight of words", _words_times(0.5)),
    Way("twice the weight of words", _words_times(2)),
    Way("half the weight of phrases", _phrases_times(0.5)),
    Way("twice the weight of phrases", _phrases_times(2)),
    Way("background of all chunks", ingest=lambda: patch("ingest.pipeline._OWN_BACKGROUND", 0.0)),
    Way("background of each chunk", ingest=lambda: patch("ingest.pipeline._OWN_BACKGROUND", 1.0)),
    Way(
        "background of all phrases",
        ingest=lambda: patch("ingest.pipeline._OWN_PHRASE_BACKGROUND", 0.0),
    ),
    Way(
        "background of each phrase",
        ingest=lambda: patch("ingest.pipeline._OWN_PHRASE_BACKGROUND", 1.0),
    ),
    Way(
        "without the vector of the headings",
        ingest=lambda: patch("ingest.pipeline._HEADING_WEIGHT", 0.0),
    ),
    Way("without the headings in the text", ingest=_cut_otherwise(_without_headings), cuts=True),
    Way("without the see-also titles", ingest=_cut_otherwise(_without_see_also), cuts=True),
    Way("each line as a chunk besides", ingest=_cut_otherwise(_and_each_line), cuts=True),
    Way("chunks that overlap by a line", ingest=_cut_otherwise(_overlapping), cuts=True),
    Way("chunks of 60 tokens", ingest=_chunks_of(60), cuts=True),
    Way("chunks of 100 tokens", ingest=_chunks_of(100), cuts=True),
    Way("chunks of 400 tokens", ingest=_chunks_of(400), cuts=True),
    Way("reciprocal rank fusion of dense and BM25", fused=True),
    Way("dense alone, standardised", _STANDARDISED),
    Way("dense alone", _DENSE),
    Way("BM25 alone", _BM25),
)


def main() -> None:
    """Run all ways on all tasks, and print a table of recall@1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--corpora", action="store_true", help="the BEIR corpora, too")
    options = parser.parse_args()
    tasks = [
        Task(name, guide, _golden(guide, options.split, names))
        for name, guide, names in golden_guides(options.shared)
    ]
    if options.shared and options.corpora:
        tasks += _beir_tasks(options.shared)
    with tempfile.TemporaryDirectory() as temporary:
        bench = _Bench(Path(temporary))
        rows = []
        for way in WAYS:
            tell(way.name)
            rows.append([way.name, *(_cell(bench, task, way) for task in tasks)])
    print(table(["recall@1", *(task.name for task in tasks)], rows))


def _cell(bench: _Bench, task: Task, way: Way) -> str:
    # To cut a corpus otherwise is to embed it anew, which takes many minutes.
    if task.corpus and way.cuts:
        return "-"
    return f"{bench.recall(task, way):.3f}"


class _Bench:
    """Snapshots and vectors, each made once for all the ways that use it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._embeddings = RememberingEmbeddings(DEFAULT_MODEL, folder / "models", threads=2)
        self._known: dict[tuple[str, str], KnowledgeBase] = {}

    def recall(self, task: Task, way: Way) -> float:
        """Return the share of a task's questions whose right section comes first."""
        knowledge_base = self._knowledge_base(task, way)
        right = 0
        for question, answers in task.questions.items():
            if way.fused:
                ranking = fuse(_ranking(knowledge_base, question, w) for w in (_DENSE, _BM25))
            else:
                ranking = _ranking(knowledge_base, question, way.weights)
            right += bool(ranking) and ranking[0] in answers
        return right / len(task.questions)

    def _knowledge_base(self, task: Task, way: Way) -> KnowledgeBase:
        key = (task.name, "" if way.ingest is nullcontext else way.name)
        if key not in self._known:
            home = Home(self._folder / f"home-{len(self._known)}")
            home.root.mkdir()
            home.embedding_cache.symlink_to(self._folder / "embeddings.sqlite")
            with way.ingest():
                publish_guides([task.guide], home, self._embeddings)
            self._known[key] = KnowledgeBase(home, self._embeddings)
        return self._known[key]


def _ranking(knowledge_base: KnowledgeBase, question: str, weights: Weights) -> list[str]:
    found = knowledge_base.find(redact(question), weights=weights)
    return [found.index.names(hit)[0][0] for hit in found.hits]


def fuse(rankings: Iterable[Sequence[str]]) -> list[str]:
    """Return what several rankings name, by reciprocal rank fusion."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, 1):
            scores[name] = scores.get(name, 0.0) + 1 / (_RRF + rank)
    return sorted(scores, key=lambda name: -scores[name])


def golden_guides(shared: Path | None) -> Iterator[tuple[str, Guide, dict[str, str]]]:
    """Yield guides that the golden questions are for: what each is called, and its anchors.

    Those are the editions of the sample guide and, if it is in `shared`, the real guide, with its
    anchors by those of the sample guide.
    """
    sample = {
        language: _read(SAMPLE_GUIDES / f"iam-troubleshooting.{language}.md")
        for language in ("ja", "en")
    }
    yield from ((f"sample, {language}", guide, {}) for language, guide in sample.items())
    if shared:
        real = _read(shared / "guides" / "iam-troubleshooting.ja.txt")
        # The sample guide treats the same subjects in the same order.
        pairs = zip(sample["ja"].sections, real.sections, strict=True)
        yield "real, ja", real, {ours.anchor: theirs.anchor for ours, theirs in pairs}


def _read(path: Path) -> Guide:
    return read_guides(find_sources([path])).guides[0]


def _golden(guide: Guide, split: str, names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {
        question.q: frozenset(names.get(name, name) for name in question.expect)
        for question in read_questions(SAMPLE_GUIDES / "questions.yaml")
        if question.covered and question.split == split
    }


def _beir_tasks(shared: Path) -> Iterator[Task]:
    for folder in sorted((shared / "eval").iterdir()):
        if folder.is_dir():
            corpus = read_beir(folder)
            questions = {text: corpus.right[id] for id, text in corpus.queries.items()}
            yield Task(folder.name, corpus.guide, questions, corpus=True)


if __name__ == "__main__":
    main()
