"""Writes a snapshot to the side, ready to be made live (ingest.publish.live)."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.index.contents import Contents
from kb.retrieval.lexical import write_lexical
from kb.snapshot.format import (
    BACKGROUND,
    BLOCK_SECTIONS,
    BLOCKS,
    CHUNKS,
    FORMAT,
    GUIDES,
    INDEX,
    MANIFEST,
    PROBLEM_TERMS,
    SECTIONS,
    WORDING_VECTORS,
    WORDINGS,
    Manifest,
    SectionRow,
    Snapshot,
    file_sum,
    open_snapshot,
    published,
)
from kb.snapshot.live import sync
from kb.snapshot.rows import write_rows

if TYPE_CHECKING:
    import faiss


def write_candidate(
    contents: Contents, candidates: Path, by: str = "", renamed: Mapping[str, str] | None = None
) -> Snapshot:
    """Write a candidate snapshot, and verify it by reading it back.

    The caller holds the WriterLock. `by` is who runs this; `renamed` is as in Manifest. Raises
    OSError if the disk is full, and SnapshotError if what was written cannot be read back.
    """
    candidates.mkdir(parents=True, exist_ok=True)
    _sweep(candidates)
    temporary = Path(tempfile.mkdtemp(prefix=".tmp-", dir=candidates))
    try:
        manifest = _write(contents, temporary, by, renamed or {})
        target = candidates / manifest.name
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync(candidates)
    return open_snapshot(target)


def _write(contents: Contents, folder: Path, by: str, renamed: Mapping[str, str]) -> Manifest:
    import faiss

    rows = list(_section_rows(contents))
    write_rows(folder / GUIDES, (guide.info for guide in contents.guides))
    write_rows(folder / SECTIONS, rows)
    write_rows(folder / CHUNKS, contents.chunks)
    write_rows(folder / WORDINGS, contents.wordings)
    index = faiss.IndexFlatIP(contents.embedder.dimension)
    index.add(np.ascontiguousarray(contents.vectors, np.float32))
    _write_index(index, folder / INDEX)
    for name, values in (
        (BLOCKS, contents.block_vectors.astype(np.float16)),
        (BLOCK_SECTIONS, np.array(contents.block_sections, np.int32)),
        (WORDING_VECTORS, contents.wording_vectors.astype(np.float16)),
        (BACKGROUND, contents.background.astype(np.float32)),
    ):
        np.save(folder / name, values, allow_pickle=False)
    write_lexical(contents.problem_terms, folder, PROBLEM_TERMS)
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
        packs=tuple(contents.packs),
        renamed=dict(renamed),
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), "utf-8")
    for path in folder.iterdir():
        sync(path)
    sync(folder)
    return manifest


def _section_rows(contents: Contents) -> Iterator[SectionRow]:
    problems = iter(contents.problem_rows)
    for number, guide in enumerate(contents.guides):
        for section in guide.sections:
            yield SectionRow(guide=number, problem=next(problems), section=section)


def _write_index(index: faiss.Index, path: Path) -> None:
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        # FAISS reports a full disk as a RuntimeError.
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error


def _sweep(candidates: Path) -> None:
    """Remove what an interrupted run left behind.

    A candidate without a report next to it is not held: its run never finished.
    """
    for name in published(candidates):
        if not (candidates / f"{name}.json").exists():
            shutil.rmtree(candidates / name, ignore_errors=True)
    for left in candidates.glob(".tmp-*"):
        shutil.rmtree(left, ignore_errors=True)
