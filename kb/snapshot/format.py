"""Published snapshots: immutable folders, one of them current.

    snapshots/
      current                     the name of the live snapshot; on its second line, as JSON,
                                  since when it is, by whom, and what was live before
      20261123T091500Z-1f3c9a/
        manifest.json             what it holds, the embedder, a checksum for every other file
        guides.jsonl              a GuideInfo a line
        sections.jsonl            a SectionRow a line
        chunks.jsonl              a Chunk a line
        index.faiss               inner product over the chunks' vectors; row i is chunk i
        blocks.npy                float16 (blocks, dimension), in the order of the sections
        block_sections.npy        int32 (blocks,): the section that each is of
        wordings.jsonl            a Wording a line
        wordings.npy              float16 (wordings, dimension)
        background.npy            float32 (3, groups, 2): mean and deviation of the cosines of
                                  chunks, blocks and wordings to everyday questions
                                  (kb.retrieval.background)
        problems.*                BM25 over the problems (kb.retrieval.lexical)

Names begin with the time, so that their order is the snapshots'.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from kb.errors import DamagedSnapshotError, NoSnapshotError, SnapshotError
from kb.model import Chunk, Frozen, GuideInfo, Section, Wording
from kb.snapshot.rows import read_lines

if TYPE_CHECKING:
    import faiss

FORMAT = 6
CURRENT = "current"
MANIFEST = "manifest.json"
GUIDES = "guides.jsonl"
SECTIONS = "sections.jsonl"
CHUNKS = "chunks.jsonl"
INDEX = "index.faiss"
BACKGROUND = "background.npy"
BLOCKS = "blocks.npy"
BLOCK_SECTIONS = "block_sections.npy"
WORDINGS = "wordings.jsonl"
WORDING_VECTORS = "wordings.npy"
PROBLEM_TERMS = "problems"

logger = logging.getLogger(__name__)


class SectionRow(Frozen):
    """A section, the row of its guide, and that of the first section of its problem."""

    guide: int
    problem: int
    section: Section


class Embedder(Frozen):
    """The embedding model that a snapshot was made with, as the manifest pins it.

    `fingerprint` is the embedding of one fixed sentence, as a passage.
    """

    model: str
    dimension: int
    fingerprint: tuple[float, ...]


class FileSum(Frozen):
    """A file's size in bytes and its checksum."""

    size: int
    sha256: str


class PackUse(Frozen):
    """A vocabulary pack as a snapshot used it: how many of its problems the guides have.

    Without any, it has no part in the snapshot.
    """

    name: str
    sha256: str
    matched: int
    problems: int
    synonyms: tuple[tuple[str, ...], ...] = ()


class Manifest(Frozen):
    """What a snapshot holds. `created` is a time in ISO 8601, UTC; `by` is who had it made.

    `packs` are the vocabulary packs whose wordings are among its own. `renamed` has what problems
    of earlier snapshots ("guide#anchor") are called now, where that is something else.
    """

    format: int
    name: str
    created: str
    guides: int
    sections: int
    chunks: int
    embedder: Embedder
    files: dict[str, FileSum]
    by: str = ""
    packs: tuple[PackUse, ...] = ()
    renamed: dict[str, str] = {}

    def called_now(self, problem: str) -> str:
        """Return what a problem ("guide#anchor") of this or an earlier snapshot is called now."""
        return self.renamed.get(problem, problem)


@dataclass(frozen=True)
class Snapshot:
    """An opened snapshot. Sections and chunks are read from their lines when asked for.

    `guide_of` and `problems` have for each section the row of its guide, and of its problem's
    first section, shape (sections,); `chunk_sections` has each chunk's section.
    """

    path: Path
    manifest: Manifest
    guides: tuple[GuideInfo, ...]
    index: faiss.Index
    blocks: NDArray[np.float16]
    block_sections: NDArray[np.int32]
    wordings: tuple[Wording, ...]
    wording_vectors: NDArray[np.float16]
    background: NDArray[np.float32]
    guide_of: NDArray[np.int64]
    problems: NDArray[np.int64]
    chunk_sections: NDArray[np.int64]
    _section_lines: list[str] = field(repr=False)
    _chunk_lines: list[str] = field(repr=False)
    _sections: dict[int, SectionRow] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The snapshot's name."""
        return self.manifest.name

    def section(self, row: int) -> SectionRow:
        """Return the section at a row."""
        found = self._sections.get(row)
        if found is None:
            found = SectionRow.model_validate_json(self._section_lines[row])
            self._sections[row] = found
        return found

    def chunk(self, row: int) -> Chunk:
        """Return the chunk at a row."""
        return Chunk.model_validate_json(self._chunk_lines[row])

    def sections_as_written(self) -> list[list[str]]:
        """Return each guide's sections as JSON, to see whether they are those of another."""
        found: list[list[str]] = [[] for _ in self.guides]
        for line, guide in zip(self._section_lines, self.guide_of, strict=True):
            found[guide].append(line.split(",", 2)[2])  # {"guide":12,"problem":34,"section":...
        return found


def open_snapshot(path: Path) -> Snapshot:
    """Open the snapshot in a folder, after checking every file against the manifest.

    Raises DamagedSnapshotError if a file is missing or was changed, SnapshotError if the
    snapshot is of a format that this version does not know.
    """
    import faiss

    manifest = read_manifest(path)
    for name, expected in manifest.files.items():
        _check_file(path / name, expected)
    try:
        guides = tuple(GuideInfo.model_validate_json(x) for x in read_lines(path / GUIDES))
        wordings = tuple(Wording.model_validate_json(x) for x in read_lines(path / WORDINGS))
        index = faiss.read_index(str(path / INDEX))
        tables = {
            name: np.load(path / name, allow_pickle=False, mmap_mode="r")
            for name in (BLOCKS, BLOCK_SECTIONS, WORDING_VECTORS, BACKGROUND)
        }
    except (OSError, ValueError, RuntimeError) as error:
        raise DamagedSnapshotError(f"{path}: the snapshot cannot be read: {error}") from error
    sections, chunks = read_lines(path / SECTIONS), read_lines(path / CHUNKS)
    rows = (len(guides), len(sections), len(chunks))
    if rows != (manifest.guides, manifest.sections, manifest.chunks) or index.ntotal != rows[2]:
        raise DamagedSnapshotError(
            f"{path}: the manifest says {manifest.guides} guides, {manifest.sections} sections "
            f"and {manifest.chunks} chunks; found {rows} and {index.ntotal} vectors."
        )
    return Snapshot(
        path,
        manifest,
        guides,
        index,
        tables[BLOCKS],
        tables[BLOCK_SECTIONS],
        wordings,
        tables[WORDING_VECTORS],
        tables[BACKGROUND],
        np.array([_number(line, 0) for line in sections], np.int64),
        np.array([_number(line, 1) for line in sections], np.int64),
        np.array([_number(line, 0) for line in chunks], np.int64),
        sections,
        chunks,
    )


def open_current(snapshots: Path) -> Snapshot:
    """Open the live snapshot, or the newest good one if that is damaged.

    Raises NoSnapshotError if nothing was published, DamagedSnapshotError if none is good.
    """
    names = published(snapshots)
    current = current_name(snapshots)
    wanted = [current] if current else []
    wanted += [name for name in reversed(names) if name != current]
    if not wanted:
        raise NoSnapshotError(
            f"No guide was ingested yet: {snapshots} holds no snapshot. "
            "Run: guidebot ingest PATH..."
        )
    problems: list[str] = []
    for name in wanted:
        try:
            snapshot = open_snapshot(snapshots / name)
        except SnapshotError as error:
            logger.error("Snapshot refused: %s", error)
            problems.append(str(error))
            continue
        if problems:
            logger.error("Answering from the snapshot %s instead.", name)
        return snapshot
    raise DamagedSnapshotError(
        "No snapshot can be used:\n"
        + "\n".join(f"  {problem}" for problem in problems)
        + "\nIngest the guides again: guidebot ingest PATH..."
    )


def current_name(snapshots: Path) -> str | None:
    """Return the name of the live snapshot, if one was published."""
    try:
        return (snapshots / CURRENT).read_text("utf-8").partition("\n")[0].strip() or None
    except FileNotFoundError:
        return None


def published(snapshots: Path) -> list[str]:
    """Return the names of the snapshots that are on disk, oldest first."""
    if not snapshots.is_dir():
        return []
    return sorted(
        entry.name
        for entry in os.scandir(snapshots)
        if entry.is_dir() and not entry.name.startswith(".")
    )


def read_manifest(path: Path) -> Manifest:
    """Return a snapshot's manifest; raises as `open_snapshot` does."""
    try:
        text = (path / MANIFEST).read_text("utf-8")
        found: Any = json.loads(text)
        version = found.get("format") if isinstance(found, dict) else None
        if version != FORMAT and isinstance(version, int):
            raise SnapshotError(
                f"{path}: the snapshot has format {version}, this version reads {FORMAT}. "
                "Ingest the guides again: guidebot ingest PATH..."
            )
        return Manifest.model_validate_json(text)
    except (OSError, ValidationError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DamagedSnapshotError(f"{path / MANIFEST}: cannot be read: {error}") from error


def file_sum(path: Path) -> FileSum:
    """Return a file's size and checksum."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileSum(size=path.stat().st_size, sha256=digest)


def _check_file(path: Path, expected: FileSum) -> None:
    try:
        found = file_sum(path)
    except OSError as error:
        raise DamagedSnapshotError(f"{path}: cannot be read: {error.strerror}") from error
    if found != expected:
        raise DamagedSnapshotError(
            f"{path}: does not match its checksum in the manifest "
            f"({found.size} bytes, sha256 {found.sha256[:12]}…; "
            f"expected {expected.size} bytes, {expected.sha256[:12]}…)."
        )


def _number(line: str, place: int) -> int:
    """Return the whole number at a place of a line, without reading all of the row."""
    return int(line.split(",", place + 1)[place].rpartition(":")[2])
