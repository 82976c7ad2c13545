"""Writes a snapshot, and makes it the live one by one atomic rename."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from kb.concepts import SUBJECT, WordTable, concepts_in, own_concepts
from kb.embeddings import Vectors
from kb.errors import GuidebotError
from kb.model import Chunk, Guide, Section, SectionConcepts
from kb.phrasebook import Phrase
from kb.rows import write_rows
from kb.snapshot import (
    BACKGROUND,
    CENTRES,
    CHUNKS,
    CONCEPTS,
    CURRENT,
    FORMAT,
    GUIDES,
    INDEX,
    MANIFEST,
    PHRASE_BACKGROUND,
    PHRASE_VECTORS,
    PHRASE_WEIGHTS,
    PHRASES,
    SECTIONS,
    Embedder,
    Manifest,
    SectionRow,
    Snapshot,
    current_name,
    file_sum,
    open_snapshot,
    published,
)

KEPT = 5
"""How many snapshots stay on disk."""


@dataclass(frozen=True)
class Contents:
    """What goes into a snapshot. Row i of `vectors` and of `background` is chunk i's.

    So it is with the phrases.
    """

    guides: Sequence[Guide]
    chunks: Sequence[Chunk]
    vectors: Vectors
    background: Vectors
    phrases: Sequence[Phrase]
    phrase_vectors: Vectors
    phrase_background: Vectors
    phrase_weights: Vectors
    centres: Vectors
    embedder: Embedder


class WriterLock:
    """Lets one process at a time write snapshots under a home folder."""

    def __init__(self, snapshots: Path, wait: float) -> None:
        snapshots.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(snapshots / ".writer.lock", timeout=wait)

    def __enter__(self) -> None:
        try:
            self._lock.acquire()
        except Timeout as error:
            raise GuidebotError(
                f"Another ingest is writing to {Path(self._lock.lock_file).parent}, and did not "
                f"finish in {self._lock.timeout:.0f} s. Run this again when it has."
            ) from error

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def publish(contents: Contents, snapshots: Path) -> Snapshot:
    """Write a snapshot, check it by reading it back, and make it the live one.

    The caller holds the WriterLock. Whatever happens, either the old snapshot is live or
    the new one is, whole.
    """
    _sweep(snapshots)
    temporary = Path(tempfile.mkdtemp(prefix=".tmp-", dir=snapshots))
    try:
        manifest = _write(contents, temporary)
        target = snapshots / manifest.name
        temporary.chmod(0o755)  # mkdtemp's is the owner's alone, but the bot may be another user
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _sync(snapshots)
    snapshot = open_snapshot(target)
    _make_current(snapshots, manifest.name)
    _retire(snapshots)
    return snapshot


def _write(contents: Contents, folder: Path) -> Manifest:
    import faiss

    rows = [
        SectionRow(guide=number, section=section)
        for number, guide in enumerate(contents.guides)
        for section in guide.sections
    ]
    write_rows(folder / GUIDES, (guide.info for guide in contents.guides))
    write_rows(folder / SECTIONS, rows)
    synonyms = [group for guide in contents.guides for group in guide.info.synonyms]
    keywords = [keyword for row in rows for keyword in row.section.keywords]
    own = WordTable(own_concepts(synonyms, keywords))
    write_rows(folder / CONCEPTS, (_concepts(row.section, own) for row in rows))
    write_rows(folder / CHUNKS, contents.chunks)
    index = faiss.IndexFlatIP(contents.embedder.dimension)
    index.add(np.ascontiguousarray(contents.vectors, np.float32))
    faiss.write_index(index, str(folder / INDEX))
    write_rows(folder / PHRASES, contents.phrases)
    for name, values in (
        (BACKGROUND, contents.background),
        (PHRASE_VECTORS, contents.phrase_vectors),
        (PHRASE_BACKGROUND, contents.phrase_background),
        (PHRASE_WEIGHTS, contents.phrase_weights),
        (CENTRES, contents.centres),
    ):
        np.save(folder / name, values.astype(np.float32), allow_pickle=False)
    files = {path.name: file_sum(path) for path in sorted(folder.iterdir())}
    now = datetime.now(UTC)
    digest = files[CHUNKS].sha256[:6]
    manifest = Manifest(
        format=FORMAT,
        name=f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}Z-{digest}",
        created=now.isoformat(timespec="seconds"),
        guides=len(contents.guides),
        sections=len(rows),
        chunks=len(contents.chunks),
        embedder=contents.embedder,
        files=files,
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), "utf-8")
    for path in folder.iterdir():
        _sync(path)
    _sync(folder)
    return manifest


def _concepts(section: Section, own: WordTable) -> SectionConcepts:
    """Return a section's concepts: those of the table, and the docs team's own.

    A keyword counts like a word of the heading. So does a thing that the section is asked
    about, as that is what it is about, too.
    """
    above = " ".join([*section.path, *section.keywords])
    below = "\n".join([*(block.full_text for block in section.blocks), *section.also_asked])
    heading = concepts_in(above) + own.concepts_in(above)
    body = concepts_in(below) + own.concepts_in(below)
    asked = [n for n in concepts_in("\n".join(section.also_asked)) if n.startswith(SUBJECT)]
    return SectionConcepts(heading=tuple(dict.fromkeys([*heading, *asked])), body=dict(body))


def _make_current(snapshots: Path, name: str) -> None:
    temporary = snapshots / f".{CURRENT}.tmp"
    temporary.write_text(name + "\n", "utf-8")
    _sync(temporary)
    os.replace(temporary, snapshots / CURRENT)
    _sync(snapshots)


def _retire(snapshots: Path) -> None:
    current = current_name(snapshots)
    for name in published(snapshots)[:-KEPT]:
        if name != current:
            shutil.rmtree(snapshots / name, ignore_errors=True)


def _sweep(snapshots: Path) -> None:
    """Remove what an interrupted run left behind."""
    for left in snapshots.glob(".tmp-*"):
        shutil.rmtree(left, ignore_errors=True)


def _sync(path: Path) -> None:
    """Have the system write a file, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
