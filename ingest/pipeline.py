"""Runs an ingest: from sources to the live snapshot."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from ingest.bounded.bounds import Bounds
from ingest.check.diff import compare, renamed_problems
from ingest.check.gate import run_gate
from ingest.errors import SourceError
from ingest.index.contents import make_contents
from ingest.packs.pack import SHIPPED_PACKS, Pack, read_packs
from ingest.parse.guide_cache import GuideCache
from ingest.publish.candidates import held_json
from ingest.publish.carry_over import gone_guides, guide_label, kept_guides
from ingest.publish.disk import explain_disk_errors
from ingest.publish.live import KEPT, discard, held_report, hold, make_live
from ingest.publish.lock import WAIT_SECONDS, WriterLock
from ingest.publish.shared import join_store
from ingest.publish.write import write_candidate
from ingest.reading import Reading, read_guides
from ingest.remark import RemarkKind
from ingest.sources.resolve import SourceList, resolve_sources
from ingest.suggest.unworded import unworded_rows
from ingest.visibility import strictest
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import GuidebotError, SnapshotError
from kb.evaluation.golden import GoldenQuestion
from kb.ingest_result import IngestResult, IngestSummary
from kb.model import Guide
from kb.paths import Home
from kb.progress import TaskProgress, no_task_progress
from kb.snapshot.format import Manifest, PackUse, Snapshot
from kb.snapshot.live import open_current
from kb.snapshot.writing import Contents

_KIB_A_MIB = 1024
_REPORTED_KINDS = (RemarkKind.ENCODING, RemarkKind.UNREAD, RemarkKind.VISIBLE_TO)
"""Remarks that an ingest reports; the others are for authors (guidebot preview, lint)."""


class BadSourcesError(GuidebotError):
    """Some sources could not be read, so nothing was published."""


@dataclass(frozen=True)
class Plan:
    """Options of an ingest.

    `skip_bad` leaves out sources that cannot be read. `dry_run` discards the new snapshot, `hold`
    keeps it for a decision, `accept` publishes it even if questions are answered worse. `by` is who
    runs it; the newest `keep` published snapshots stay on disk. `questions` are asked before
    publishing, with those in files next to the guides; `allowed` of them may be answered worse.
    `packs` that match add their wordings. With `drafts`, drafted wordings count before they are
    accepted. `store` is the URL of the store that other machines read, if any. `bounds` apply to
    each source.
    """

    skip_bad: bool = False
    dry_run: bool = False
    hold: bool = False
    accept: bool = False
    by: str = ""
    keep: int = KEPT
    questions: Sequence[GoldenQuestion] = ()
    allowed: int = 0
    packs: Sequence[Pack] = field(default_factory=lambda: read_packs(SHIPPED_PACKS))
    drafts: bool = True
    store: str = ""
    bounds: Bounds = Bounds()


class Ingested(IngestResult):
    """The result of an ingest, with what its JSON leaves out.

    `path` is the snapshot's folder; `packs` are those that match the guides.
    """

    path: Path = Field(exclude=True)
    packs: tuple[PackUse, ...] = Field(exclude=True)


def ingest(
    source_list: SourceList,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    *,
    plan: Plan | None = None,
    progress: TaskProgress = no_task_progress,
) -> Ingested:
    """Read the listed guides, and publish a snapshot of them in place of the live one.

    Raises BadSourcesError with every bad source if one cannot be read, unless `plan.skip_bad` is
    set and at least one is good; the live snapshot is then unchanged. Also raises StoreError if the
    store cannot be used, ModelError if the embedding model cannot be loaded, QuestionsError if
    golden questions are invalid, DiskError if the disk is full, and GuidebotError if another writer
    does not finish in time.
    """
    plan = plan or Plan()
    started = time.monotonic()
    consequence = "Nothing was published; the live snapshot is unchanged."
    with explain_disk_errors(home.root, consequence), _writing(home, plan.by, progress):
        shared = join_store(plan.store, home, plan.keep)
        reading = _read(source_list, home, plan, progress)
        live = _live(home)
        kept = kept_guides(live, reading.guides, reading.errors)
        # A kept guide may be another edition of one that was read.
        narrowed = strictest([*reading.guides, *kept])
        _refuse(narrowed.guides, narrowed.errors, skip_bad=False)
        guides = narrowed.guides
        reading.remarks += narrowed.remarks
        contents, embedded = make_contents(
            guides, plan.packs, home, embeddings, progress, drafts=plan.drafts
        )
        renamed = renamed_problems(live, guides)
        made = write_candidate(contents, home.candidates, plan.by, renamed)
        try:
            diff = compare(live, made)
            gate = run_gate(plan.questions, plan.allowed, live, made, home, embeddings, progress)
            passed = plan.accept or gate is None or gate.passed
            if plan.hold and not plan.dry_run:
                hold(made.name, home, held_json(diff, gate), plan.keep)
            elif passed and not plan.dry_run:
                made = make_live(made.name, home, plan.by, plan.keep, shared)
        finally:
            # Whatever happened, a candidate that is not held is not left behind.
            if made.path.parent == home.candidates and held_report(made.name, home) is None:
                discard(made.name, home)
    gone = gone_guides(live, guides)
    return Ingested(
        snapshot=made.name,
        published=made.path.parent == home.snapshots,
        held=plan.hold and not plan.dry_run,
        summary=_summary(reading, kept, gone, contents, made.manifest, embedded, started),
        diff=diff,
        gate=gate,
        path=made.path,
        packs=made.manifest.packs,
    )


def _read(source_list: SourceList, home: Home, plan: Plan, progress: TaskProgress) -> Reading:
    """Read the guides. The bytes of fetched pages are freed on return."""
    sources = resolve_sources(source_list)
    progress("Reading guides", 0, len(sources.found))
    reading = read_guides(sources, GuideCache(home.guide_cache), plan.bounds)
    progress("Reading guides", len(sources.found), len(sources.found))
    _refuse(reading.guides, reading.errors, plan.skip_bad)
    return reading


def _summary(
    reading: Reading,
    kept: Sequence[Guide],
    gone: tuple[str, ...],
    contents: Contents,
    manifest: Manifest,
    embedded: int,
    started: float,
) -> IngestSummary:
    """Return what was read and indexed since `started`, of which `embedded` chunks are new."""
    sections = [section for guide in contents.guides for section in guide.sections]
    unworded = unworded_rows(contents.problem_rows, contents.wordings, sections)
    reported = (each for each in reading.remarks if each[1].kind in _REPORTED_KINDS)
    return IngestSummary(
        guides=manifest.guides,
        sections=manifest.sections,
        chunks=manifest.chunks,
        embedded=embedded,
        reused=manifest.chunks - embedded,
        seconds=time.monotonic() - started,
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_A_MIB,
        left_out=tuple(map(str, reading.errors)),
        passed_over=tuple(map(str, reading.passed_over)),
        remarks=tuple(f"{source}: {remark.text}" for source, remark in dict.fromkeys(reported)),
        kept=tuple(guide_label(guide.info) for guide in kept),
        gone=gone,
        problems=len(set(contents.problem_rows)),
        without_wordings=len(unworded.without),
        drafts_waiting=len(unworded.waiting),
        packs=tuple(f"{pack.name}: {pack.matched}" for pack in manifest.packs),
    )


def publish_guides(
    guides: Sequence[Guide],
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    progress: TaskProgress = no_task_progress,
) -> tuple[Snapshot, int]:
    """Publish parsed guides; return the snapshot, and the number of newly embedded chunks."""
    with _writing(home, "", progress):
        contents, embedded = make_contents(guides, (), home, embeddings, progress)
        made = write_candidate(contents, home.candidates)
        return make_live(made.name, home), embedded


def _writing(home: Home, by: str, progress: TaskProgress) -> WriterLock:
    return WriterLock(home, WAIT_SECONDS, by, progress)


def _live(home: Home) -> Snapshot | None:
    """Return the live snapshot to compare with, or None if it is missing or unusable."""
    try:
        return open_current(home.snapshots)
    except SnapshotError:
        return None


def _refuse(guides: Sequence[Guide], errors: Sequence[SourceError], skip_bad: bool) -> None:
    if guides and (skip_bad or not errors):
        return
    reasons = "".join(f"\n  {error}" for error in errors)
    if not errors:
        raise BadSourcesError("No guide was found at the given paths. Nothing was published.")
    hint = "\nTo publish the others, add --skip-bad." if guides else ""
    raise BadSourcesError(
        f"{len(errors)} of {len(guides) + len(errors)} sources cannot be ingested, so nothing "
        f"was published:{reasons}{hint}"
    )
