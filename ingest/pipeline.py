"""The way of a guide from its file to the live snapshot."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.chunk_cache import ChunkCache
from ingest.diff import Diff, compare
from ingest.disk import told_of_the_disk
from ingest.embedding_cache import EmbeddingCache
from ingest.errors import SourceError
from ingest.gate import GateReport, ask_both
from ingest.guide_cache import GuideCache
from ingest.held import held_json
from ingest.kept import gone_guides, kept_guides, named
from ingest.live import KEPT, discard, held_report, hold, make_live
from ingest.lock import WriterLock
from ingest.named import Named, find_named
from ingest.phrases import find_phrases
from ingest.publish import Contents, write_candidate
from ingest.sources import find_sources, read_guides
from ingest.subjects import phrase_weights
from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.errors import GuidebotError, SnapshotError
from kb.evaluation.golden import GoldenQuestion
from kb.knowledge_base import KnowledgeBase
from kb.model import Guide, Section
from kb.paths import Home
from kb.retrieval.background import GROUPS, background_questions, group_of, standardisation
from kb.retrieval.phrasebook import centred
from kb.retrieval.search import SearchIndex
from kb.snapshot.fingerprint import fingerprint
from kb.snapshot.format import Snapshot, open_current

LOCK_WAIT_SECONDS = 600.0
_KIB_A_MIB = 1024

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
class Plan:
    """What is to become of the new snapshot.

    `dry_run` throws it away, `hold` keeps it for somebody's word, `accept` publishes it although
    questions are answered worse. `by` is who has it made; the newest `kept` published ones stay.
    `questions` are asked before, and so many may be answered worse as `allowed` says.
    """

    skip_bad: bool = False
    dry_run: bool = False
    hold: bool = False
    accept: bool = False
    by: str = ""
    kept: int = KEPT
    questions: Sequence[GoldenQuestion] = ()
    allowed: int = 0


@dataclass(frozen=True)
class Summary:
    """What an ingest did. `seconds` is the time it took, `peak` its most memory in MiB.

    `kept` names the guides that stay as they were, as their sources cannot be read; `gone`
    those that were live and are no longer among the sources.
    """

    guides: int
    sections: int
    chunks: int
    embedded: int
    reused: int
    seconds: float
    peak: int
    snapshot: str
    path: Path
    left_out: tuple[SourceError, ...]
    passed_over: tuple[Path, ...]
    kept: tuple[str, ...]
    gone: tuple[str, ...]
    diff: Diff
    gate: GateReport | None
    published: bool
    held: bool


def ingest(
    paths: Sequence[Path] | Named,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    *,
    skip_bad: bool = False,
    plan: Plan | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Summary:
    """Read the guides at `paths`, and publish a snapshot of them in place of the live one.

    Raises BadSourcesError, naming every bad source, if one cannot be read, unless
    `skip_bad` is set and at least one is good. The live snapshot then stays as it is.
    """
    plan = plan or Plan(skip_bad=skip_bad)
    started = time.monotonic()
    consequence = "Nothing was published; what was live is still live."
    with told_of_the_disk(home.root, consequence), _writing(home, plan.by, progress):
        sources = find_named(paths) if isinstance(paths, Named) else find_sources(paths)
        progress("Reading guides", 0, len(sources.files))
        reading = read_guides(sources, GuideCache(home.guide_cache))
        progress("Reading guides", len(sources.files), len(sources.files))
        # What was fetched is in the guides now, and a page that left its site is not kept.
        shutil.rmtree(home.fetched, ignore_errors=True)
        _refuse(reading.guides, reading.errors, plan.skip_bad)
        live = _live(home)
        kept = kept_guides(live, reading.guides, reading.errors)
        guides = [*reading.guides, *kept]
        contents, embedded = _contents(guides, home, embeddings, progress)
        made = write_candidate(contents, home.candidates, plan.by)
        try:
            diff, gate = compare(live, made), _gate(plan, home, embeddings, live, made, progress)
            passed = plan.accept or gate is None or gate.passed
            if plan.hold and not plan.dry_run:
                hold(made.name, home, held_json(diff, gate), plan.kept)
            elif passed and not plan.dry_run:
                made = make_live(made.name, home, plan.by, plan.kept)
        finally:
            # Whatever stopped it: what nobody asked to hold is not left behind.
            if made.path.parent == home.candidates and held_report(made.name, home) is None:
                discard(made.name, home)
    return Summary(
        guides=made.manifest.guides,
        sections=made.manifest.sections,
        chunks=made.manifest.chunks,
        embedded=embedded,
        reused=made.manifest.chunks - embedded,
        seconds=time.monotonic() - started,
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_A_MIB,
        snapshot=made.name,
        path=made.path,
        left_out=tuple(reading.errors),
        passed_over=sources.passed_over,
        kept=tuple(named(guide.info) for guide in kept),
        gone=gone_guides(live, guides),
        diff=diff,
        gate=gate,
        published=made.path.parent == home.snapshots,
        held=plan.hold and not plan.dry_run,
    )


def publish_guides(
    guides: Sequence[Guide],
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    progress: Progress = lambda what, done, total: None,
) -> tuple[Snapshot, int]:
    """Publish guides that were read; return the snapshot, and how many chunks were embedded."""
    with _writing(home, "", progress):
        contents, embedded = _contents(guides, home, embeddings, progress)
        made = write_candidate(contents, home.candidates)
        return make_live(made.name, home), embedded


def _writing(home: Home, by: str, progress: Progress) -> WriterLock:
    return WriterLock(home, LOCK_WAIT_SECONDS, by, progress)


def _live(home: Home) -> Snapshot | None:
    """Return the live snapshot to compare with; one that cannot be used is none."""
    try:
        return open_current(home.snapshots)
    except SnapshotError:
        return None


def _gate(
    plan: Plan,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    live: Snapshot | None,
    made: Snapshot,
    progress: Progress,
) -> GateReport | None:
    if not plan.questions:
        return None
    # One made with another model cannot be asked, as its vectors are not comparable.
    same = live is not None and live.manifest.embedder.model == made.manifest.embedder.model
    texts = [question.q for question in plan.questions]
    cache = EmbeddingCache(home.embedding_cache, embeddings)
    vectors, _ = cache.encode(texts, "query", _bar("Embedding questions", progress))
    known = dict(zip(texts, vectors, strict=True))

    def answering(snapshot: Snapshot) -> KnowledgeBase:
        return KnowledgeBase(home, embeddings, pinned=SearchIndex(snapshot), known=known)

    before = answering(live) if live is not None and same else None
    after = answering(made)
    return ask_both(plan.questions, before, after, plan.allowed, _bar("Asking", progress))


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
    cutting = ChunkCache(home.guide_cache, embeddings)
    chunks = cutting.chunks(guides, _bar("Cutting into chunks", progress))
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
