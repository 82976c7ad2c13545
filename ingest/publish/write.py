"""Writes a snapshot that can be made the live one (ingest.publish.live)."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.index.contents import Contents
from ingest.publish.disk import sync
from kb.model import Guide
from kb.snapshot.format import (
    BACKGROUND,
    CENTRES,
    CHUNKS,
    CONCEPTS,
    FORMAT,
    GUIDES,
    INDEX,
    MANIFEST,
    PHRASE_BACKGROUND,
    PHRASE_VECTORS,
    PHRASE_WEIGHTS,
    PHRASES,
    SECTIONS,
    Manifest,
    SectionRow,
    Snapshot,
    file_sum,
    open_snapshot,
    published,
)
from kb.snapshot.rows import write_rows

if TYPE_CHECKING:
    import faiss


def write_candidate(contents: Contents, candidates: Path, by: str = "") -> Snapshot:
    """Write a snapshot that is not live, and check it by reading it back.

    The caller holds the WriterLock. `by` is who has it made.
    """
    candidates.mkdir(parents=True, exist_ok=True)
    _sweep(candidates)
    temporary = Path(tempfile.mkdtemp(prefix=".tmp-", dir=candidates))
    try:
        manifest = _write(contents, temporary, by)
        target = candidates / manifest.name
        temporary.chmod(0o755)  # mkdtemp's is the owner's alone, but the bot may be another user
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync(candidates)
    return open_snapshot(target)


def _write(contents: Contents, folder: Path, by: str) -> Manifest:
    import faiss

    rows = list(_section_rows(contents.guides))
    write_rows(folder / GUIDES, (guide.info for guide in contents.guides))
    write_rows(folder / SECTIONS, rows)
    write_rows(folder / CONCEPTS, contents.concepts)
    write_rows(folder / CHUNKS, contents.chunks)
    index = faiss.IndexFlatIP(contents.embedder.dimension)
    index.add(np.ascontiguousarray(contents.vectors, np.float32))
    _write_index(index, folder / INDEX)
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
        by=by,
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), "utf-8")
    for path in folder.iterdir():
        sync(path)
    sync(folder)
    return manifest


def _section_rows(guides: Sequence[Guide]) -> Iterator[SectionRow]:
    row = 0
    for number, guide in enumerate(guides):
        rows = {section.anchor: row + n for n, section in enumerate(guide.sections)}
        for section in guide.sections:
            problem = rows[section.problem or section.anchor]
            yield SectionRow(guide=number, problem=problem, section=section)
        row += len(guide.sections)


def _write_index(index: faiss.Index, path: Path) -> None:
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        # FAISS tells of a full disk with an error of its own.
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error


def _sweep(candidates: Path) -> None:
    """Remove what an interrupted run left behind.

    A candidate that nothing is said about beside it was not held, but never decided on.
    """
    for name in published(candidates):
        if not (candidates / f"{name}.json").exists():
            shutil.rmtree(candidates / name, ignore_errors=True)
    for left in candidates.glob(".tmp-*"):
        shutil.rmtree(left, ignore_errors=True)
