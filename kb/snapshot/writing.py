"""Writes the files of a snapshot, as kb.snapshot.format describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.model import Chunk, Guide, Wording
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
    Embedder,
    Manifest,
    PackUse,
    SectionRow,
    file_sum,
)
from kb.snapshot.live import sync
from kb.snapshot.rows import write_rows
from kb.snapshot.terms import write_terms
from kb.snapshot.vectors import write_index


@dataclass(frozen=True)
class Contents:
    """What goes into a snapshot.

    Row i of `vectors` belongs to chunk i, and likewise for blocks and wordings; `problem_rows` has
    the row of each section's problem. `background` is as in kb.snapshot.format, and `problem_terms`
    are the terms that BM25 indexes per problem.
    """

    guides: Sequence[Guide]
    problem_rows: Sequence[int]
    chunks: Sequence[Chunk]
    vectors: NDArray[np.float32]
    block_sections: Sequence[int]
    block_vectors: NDArray[np.float32]
    wordings: Sequence[Wording]
    wording_vectors: NDArray[np.float32]
    background: NDArray[np.float32]
    problem_terms: Sequence[Sequence[str]]
    packs: Sequence[PackUse]
    embedder: Embedder


def write_snapshot(
    contents: Contents, folder: Path, by: str = "", renamed: Mapping[str, str] | None = None
) -> Manifest:
    """Write a snapshot's files into an empty folder, flush them to disk, and return its manifest.

    `by` and `renamed` are as in Manifest. Raises OSError if the disk is full.
    """
    rows = list(_section_rows(contents))
    write_rows(folder / GUIDES, (guide.info for guide in contents.guides))
    write_rows(folder / SECTIONS, rows)
    write_rows(folder / CHUNKS, contents.chunks)
    write_rows(folder / WORDINGS, contents.wordings)
    write_index(folder / INDEX, contents.vectors, contents.embedder.dimension)
    for name, values in (
        (BLOCKS, contents.block_vectors.astype(np.float16)),
        (BLOCK_SECTIONS, np.array(contents.block_sections, np.int32)),
        (WORDING_VECTORS, contents.wording_vectors.astype(np.float16)),
        (BACKGROUND, contents.background.astype(np.float32)),
    ):
        np.save(folder / name, values, allow_pickle=False)
    write_terms(contents.problem_terms, folder, PROBLEM_TERMS)
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
        renamed=dict(renamed or {}),
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
