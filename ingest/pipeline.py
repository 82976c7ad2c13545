"""The way of a guide from its file to the live snapshot."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.chunk import chunk_guide
from ingest.embedding_cache import EmbeddingCache
from ingest.errors import SourceError
from ingest.phrases import find_phrases
from ingest.publish import Contents, WriterLock, publish
from ingest.sources import find_sources, read_guides
from ingest.subjects import phrase_weights
from kb.background import GROUPS, background_questions, group_of, standardisation
from kb.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.errors import GuidebotError
from kb.fingerprint import fingerprint
from kb.model import Chunk, Guide, Section
from kb.paths import Home
from kb.phrasebook import centred
from kb.snapshot import Snapshot

LOCK_WAIT_SECONDS = 600.0

# Measured on guides/questions.yaml: recall@1 0.77 without, 0.82 to 0.83 from 0.3 to 1.2.
_HEADING_WEIGHT = 0.8

# How much of a chunk's own background, and of a phrase's, counts (docs/retrieval.md).
_OWN_BACKGROUND = 0.7
_OWN_PHRASE_BACKGROUND = 0.3

_LEAD_BLOCKS = 2
_LEAD_CHARACTERS = 200

Progress = Callable[[str, int, int], None]
"""Called with the name of what is being done, how much of it is done, and how much there is."""


class BadSourcesError(GuidebotError):
    """Some sources could not be read, so nothing was published."""


@dataclass(frozen=True)
class Summary:
    """What an ingest did. `seconds` is the time it took."""

    guides: int
    sections: int
    chunks: int
    embedded: int
    reused: int
    seconds: float
    snapshot: str
    path: Path
    left_out: tuple[SourceError, ...]
    passed_over: tuple[Path, ...]


def ingest(
    paths: Sequence[Path],
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    *,
    skip_bad: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Summary:
    """Read the guides at `paths`, and publish a snapshot of them in place of the live one.

    Raises BadSourcesError, naming every bad source, if one cannot be read, unless
    `skip_bad` is set and at least one is good. The live snapshot then stays as it is.
    """
    started = time.monotonic()
    sources = find_sources(paths)
    progress("Reading guides", 0, len(sources.files))
    reading = read_guides(sources)
    progress("Reading guides", len(sources.files), len(sources.files))
    _refuse(reading.guides, reading.errors, skip_bad)
    snapshot, embedded = publish_guides(reading.guides, home, embeddings, progress)
    return Summary(
        guides=snapshot.manifest.guides,
        sections=snapshot.manifest.sections,
        chunks=snapshot.manifest.chunks,
        embedded=embedded,
        reused=snapshot.manifest.chunks - embedded,
        seconds=time.monotonic() - started,
        snapshot=snapshot.name,
        path=snapshot.path,
        left_out=tuple(reading.errors),
        passed_over=sources.passed_over,
    )


def publish_guides(
    guides: Sequence[Guide],
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    progress: Progress = lambda what, done, total: None,
) -> tuple[Snapshot, int]:
    """Publish guides that were read; return the snapshot, and how many chunks were embedded."""
    with WriterLock(home.snapshots, LOCK_WAIT_SECONDS):
        contents, embedded = _contents(guides, home, embeddings, progress)
        return publish(contents, home.snapshots), embedded


def _refuse(guides: Sequence[Guide], errors: Sequence[SourceError], skip_bad: bool) -> None:
    if guides and (skip_bad or not errors):
        return
    named = "".join(f"\n  {error}" for error in errors)
    if not errors:
        raise BadSourcesError("No guide was found in the paths named. Nothing was published.")
    hint = "\nPublish the others with --skip-bad." if guides else ""
    raise BadSourcesError(
        f"{len(errors)} of {len(guides) + len(errors)} sources cannot be ingested, so nothing "
        f"was published:{named}{hint}"
    )


def _contents(
    guides: Sequence[Guide],
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    progress: Progress,
) -> tuple[Contents, int]:
    progress("Loading the model", 0, 1)
    embeddings.load()
    progress("Loading the model", 1, 1)
    chunks = _chunks(guides, embeddings, progress)
    cache = EmbeddingCache(home.embedding_cache, embeddings)
    questions = {
        group: cache.encode(texts, "query")[0] for group, texts in background_questions().items()
    }
    headings, _ = cache.encode(_headings(guides), "document", _bar("Embedding headings", progress))
    vectors = np.empty((len(chunks), embeddings.dimension), np.float32)
    passages = [n for n, chunk in enumerate(chunks) if not chunk.asked_in]
    texts = [chunks[n].text for n in passages]
    found, embedded = cache.encode(texts, "document", _bar("Embedding chunks", progress))
    vectors[passages] = _with_headings(found, headings[[chunks[n].section for n in passages]])
    if asked := [n for n, chunk in enumerate(chunks) if chunk.asked_in]:
        vectors[asked], more = cache.encode([chunks[n].text for n in asked], "query")
        embedded += more
    phrases = list(find_phrases(guides))
    phrase_vectors, _ = cache.encode(
        [found.text for found in phrases], "query", _bar("Embedding phrases", progress)
    )
    centres = np.stack([questions[group].mean(axis=0) for group in GROUPS])
    groups = [group_of(found.language) for found in phrases]
    contents = Contents(
        guides=guides,
        chunks=chunks,
        vectors=vectors,
        background=standardisation(vectors, questions, _OWN_BACKGROUND),
        phrases=[found.phrase for found in phrases],
        phrase_vectors=phrase_vectors,
        phrase_background=standardisation(phrase_vectors, questions, _OWN_PHRASE_BACKGROUND),
        phrase_weights=phrase_weights(
            centred(phrase_vectors, centres[groups]),
            [found.phrase.kind for found in phrases],
            home.models,
        ),
        centres=centres,
        embedder=fingerprint(embeddings),
    )
    return contents, embedded


def _bar(what: str, progress: Progress) -> Callable[[int, int], None]:
    return lambda done, total: progress(what, done, total)


def _headings(guides: Sequence[Guide]) -> list[str]:
    return [_about(section) for guide in guides for section in guide.sections]


def _about(section: Section) -> str:
    """Return what says what a section is about: its headings, or else its first words."""
    heading = " > ".join(section.path).strip()
    words = "\n".join(block.full_text for block in section.blocks[:_LEAD_BLOCKS])
    return heading or words[:_LEAD_CHARACTERS]


def _with_headings(passages: Vectors, headings: Vectors) -> Vectors:
    """Draw each chunk's vector towards that of its section's headings, row by row.

    A heading is the guide's own wording of the problem, and people ask by the problem.
    """
    vectors = passages + _HEADING_WEIGHT * headings
    normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


def _chunks(
    guides: Sequence[Guide], embeddings: SentenceTransformerEmbeddings, progress: Progress
) -> list[Chunk]:
    chunks: list[Chunk] = []
    sections = 0
    for number, guide in enumerate(guides, 1):
        chunks.extend(chunk_guide(guide, sections, embeddings.count_tokens, embeddings.token_limit))
        sections += len(guide.sections)
        progress("Cutting into chunks", number, len(guides))
    return chunks
