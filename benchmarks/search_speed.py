"""How long the search takes, compared with embedding the question.

    python -m benchmarks.search_speed [--chunks N]

On the sample guide, and on N chunks (20,000) of random words in sections with headings, with random
vectors. All in one process, alternating between embedding and search for each question. The
questions are those in guides/questions.yaml. Language detection is not included.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml

from benchmarks.measure import SAMPLE_GUIDES, machine, percentile, table
from ingest.pipeline import ingest
from ingest.publish.live import make_live
from ingest.publish.write import write_candidate
from ingest.sources.guides_file import GuideEntry
from ingest.sources.resolve import SourceList
from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.knowledge_base import KnowledgeBase
from kb.model import Block, BlockKind, Chunk, Guide, GuideInfo, Lines, Section, Span
from kb.paths import Home
from kb.question.redact import redact
from kb.retrieval.lexical import tokens
from kb.settings import DEFAULT_MODEL
from kb.snapshot.fingerprint import fingerprint
from kb.snapshot.writing import Contents
from kb.text.language import detect_language

_CHUNKS_A_SECTION = 2
_WORDS_A_CHUNK = 60
_SECTIONS_A_GUIDE = 20


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chunks", type=int, default=20_000)
    options = parser.parse_args()
    golden = yaml.safe_load((SAMPLE_GUIDES / "questions.yaml").read_text("utf-8"))
    questions = [str(question["q"]) for question in golden["questions"]]
    with tempfile.TemporaryDirectory() as temporary:
        small, large = Home(Path(temporary, "small")), Home(Path(temporary, "large"))
        embeddings = SentenceTransformerEmbeddings(DEFAULT_MODEL, small.models)
        named = SourceList((GuideEntry(source=str(SAMPLE_GUIDES)),), Path(), small)
        ingest(named, small, embeddings)
        words = (SAMPLE_GUIDES / "iam-troubleshooting.en.md").read_text("utf-8").split()
        large.snapshots.mkdir(parents=True)
        contents = _random_contents(options.chunks, words, embeddings)
        make_live(write_candidate(contents, large.candidates).name, large)
        rows = []
        for name, home in (("sample guide", small), (f"{options.chunks:,} chunks", large)):
            knowledge_base = KnowledgeBase(home, embeddings)
            embedding, search = _times(knowledge_base, embeddings, questions)
            for what, seconds in (("embedding", embedding), ("search", search)):
                shown = [f"{1000 * percentile(seconds, percent):.1f}" for percent in (50, 99)]
                rows.append([f"{name}: {what}", *shown])
    print(f"{machine()}; {len(questions)} questions\n")
    print(table(["ms", "p50", "p99"], rows))


def _times(
    knowledge_base: KnowledgeBase,
    embeddings: SentenceTransformerEmbeddings,
    questions: list[str],
) -> tuple[list[float], list[float]]:
    index = knowledge_base.index()
    languages = [detect_language(question) for question in questions]
    knowledge_base.ask(redact(questions[0]))
    embedding, search = [], []
    for question, language in zip(questions, languages, strict=True):
        started = time.perf_counter()
        vector: Vectors = np.asarray(embeddings.encode([question], "query")[0], np.float32)
        embedded = time.perf_counter()
        index.search(question, vector, language)
        search.append(time.perf_counter() - embedded)
        embedding.append(embedded - started)
    return embedding, search


def _random_contents(
    count: int, words: list[str], embeddings: SentenceTransformerEmbeddings
) -> Contents:
    rng = random.Random(0)
    sections = count // _CHUNKS_A_SECTION
    guides = [
        _random_guide(number, rng, words) for number in range(max(1, sections // _SECTIONS_A_GUIDE))
    ]
    chunks = [
        Chunk(section=section, text=block.full_text, blocks=(block.id,))
        for section, found in enumerate(s for guide in guides for s in guide.sections)
        for block in found.blocks
    ]
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(len(chunks), embeddings.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    background = np.tile(np.array([0.0, 0.05], np.float32), (3, 3, 1))
    cut = [section for guide in guides for section in guide.sections]
    terms = [[t for block in each.blocks for t in tokens(block.text)] for each in cut]
    return Contents(
        guides=guides,
        problem_rows=range(len(cut)),
        chunks=chunks,
        vectors=vectors,
        block_sections=[chunk.section for chunk in chunks],
        block_vectors=vectors,
        wordings=[],
        wording_vectors=np.zeros((0, embeddings.dimension), np.float32),
        background=background,
        problem_terms=terms,
        packs=(),
        embedder=fingerprint(embeddings),
    )


def _random_guide(number: int, rng: random.Random, words: list[str]) -> Guide:
    lines = Lines(first=1, last=1)
    info = GuideInfo(id=f"g{number}", title="Random", language="en", source="", sha256="")

    def text(length: int) -> str:
        return " ".join(rng.choices(words, k=length))

    def block(position: int) -> Block:
        spans = (Span(text=text(_WORDS_A_CHUNK)),)
        return Block(id=str(position), kind=BlockKind.PARAGRAPH, lines=lines, spans=spans)

    return Guide(
        info=info,
        sections=tuple(
            Section(
                anchor=f"s{n}",
                heading=(heading := text(6)),
                path=(heading,),
                lines=lines,
                blocks=tuple(block(position) for position in range(_CHUNKS_A_SECTION)),
            )
            for n in range(_SECTIONS_A_GUIDE)
        ),
    )


if __name__ == "__main__":
    main()
