"""A snapshot: an immutable folder.

    20261123T091500Z-1f3c9a/
      manifest.json             its contents, the embedder, and a checksum for every other file
      guides.jsonl              one GuideInfo per line
      sections.jsonl            one SectionRow per line
      chunks.jsonl              one Chunk per line
      index.faiss               inner product over the chunks' vectors; row i is chunk i
      blocks.npy                float16 (blocks, dimension), in the order of the sections
      block_sections.npy        int32 (blocks,): the section of each block
      wordings.jsonl            one Wording per line
      wordings.npy              float16 (wordings, dimension)
      background.npy            float32 (3, groups, 2): mean and deviation of the cosines of
                                chunks, blocks and wordings to everyday questions
                                (kb.retrieval.background)
      problems.*                BM25 over the problems (kb.retrieval.lexical)

Opening a snapshot checks that it is complete, matches its manifest, and is consistent, so that no
question runs into damage later.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kb.errors import DamagedSnapshotError, SnapshotError
from kb.model import Chunk, Frozen, GuideInfo, Section, Wording
from kb.snapshot.rows import read_lines, rows_of
from kb.snapshot.terms import check_terms, term_files
from kb.snapshot.vectors import (
    MAX_VALUE,
    read_background,
    read_index,
    read_numbers,
    read_unit_vectors,
)

if TYPE_CHECKING:
    import faiss

FORMAT = 6
"""The version of the format; increment it with every change, so that old snapshots are refused.

What a term is (kb.retrieval.lexical.tokens) is part of the format, since a question's terms are
looked up among those that a snapshot was written with.
"""

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

FILES = (
    *(GUIDES, SECTIONS, CHUNKS, INDEX, BLOCKS, BLOCK_SECTIONS, WORDINGS, WORDING_VECTORS),
    *(BACKGROUND, *term_files(PROBLEM_TERMS)),
)
"""The files of a snapshot besides its manifest."""

NAME = re.compile(r"[\w-][\w.-]{0,199}", re.ASCII)
"""What a snapshot, or a file in one, may be called: a plain file name."""

# Chunks, blocks and wordings; kb.retrieval.background.GROUPS; mean and deviation.
_BACKGROUND_SHAPE = (3, 3, 2)

_Count = Annotated[int, Field(ge=0)]
_OfUnit = Annotated[float, Field(ge=-MAX_VALUE, le=MAX_VALUE, allow_inf_nan=False)]


class SectionRow(Frozen):
    """A section, the row of its guide, and the row of its problem's first section."""

    guide: _Count
    problem: _Count
    section: Section


class Embedder(Frozen):
    """The embedding model that a snapshot was made with.

    `fingerprint` is its embedding of one fixed sentence, as a passage, shape (dimension,).
    """

    model: str
    dimension: Annotated[int, Field(gt=0)]
    fingerprint: tuple[_OfUnit, ...]


class FileSum(Frozen):
    """A file's size in bytes and its checksum."""

    size: int
    sha256: str


class PackUse(Frozen):
    """A vocabulary pack in a snapshot: how many of its problems matched one in the guides.

    A pack with none has no part in the snapshot.
    """

    name: str
    sha256: str
    matched: int
    problems: int
    synonyms: tuple[tuple[str, ...], ...] = ()


class Manifest(Frozen):
    """What a snapshot contains. `created` is in ISO 8601, UTC; `by` is who had it made.

    `packs` are the vocabulary packs whose wordings it contains. `renamed` maps problems of earlier
    snapshots ("guide#anchor") to their current names, where these differ.
    """

    format: int
    name: str
    created: str
    guides: _Count
    sections: _Count
    chunks: _Count
    embedder: Embedder
    files: dict[str, FileSum]
    by: str = ""
    packs: tuple[PackUse, ...] = ()
    renamed: dict[str, str] = {}

    def called_now(self, problem: str) -> str:
        """Return the current name of a problem ("guide#anchor") of this or an earlier snapshot."""
        return self.renamed.get(problem, problem)


@dataclass(frozen=True)
class Snapshot:
    """An open snapshot. Sections and chunks are parsed when they are asked for.

    `guide_of` and `problems` hold the rows of each section's guide and of its problem's first
    section, both of shape (sections,); `chunk_sections`, shape (chunks,), holds each chunk's
    section.
    """

    path: Path
    manifest: Manifest
    guides: tuple[GuideInfo, ...]
    vector_index: faiss.Index
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
        """Return each guide's sections as JSON, for comparing them with another snapshot's."""
        found: list[list[str]] = [[] for _ in self.guides]
        for line, guide in zip(self._section_lines, self.guide_of, strict=True):
            found[guide].append(line.split(",", 2)[2])  # {"guide":12,"problem":34,"section":...
        return found


def open_snapshot(path: Path, name: str = "") -> Snapshot:
    """Open the snapshot in a folder, after checking that it is complete and consistent.

    Its name has to be `name`, or else the folder's, unless the folder is hidden, as one is while it
    is being written. Raises DamagedSnapshotError if a file is missing, does not match its checksum,
    or contradicts the others; SnapshotError if this version cannot read its format.
    """
    manifest = read_manifest(path)
    try:
        _check_files(path, manifest, name or path.name)
        return _read(path, manifest)
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        raise DamagedSnapshotError(f"{path}: the snapshot cannot be read: {error}") from error


def _read(path: Path, manifest: Manifest) -> Snapshot:
    """Return the snapshot; raises ValueError if its parts are inconsistent."""
    guides = tuple(rows_of(path / GUIDES, read_lines(path / GUIDES), GuideInfo))
    sections, chunks = read_lines(path / SECTIONS), read_lines(path / CHUNKS)
    found = (len(guides), len(sections), len(chunks))
    if found != (manifest.guides, manifest.sections, manifest.chunks):
        raise ValueError(
            f"the manifest says {manifest.guides} guides, {manifest.sections} sections and "
            f"{manifest.chunks} chunks; found {found}"
        )
    guide_of, problems = _section_numbers(path, sections, len(guides))
    wordings = tuple(rows_of(path / WORDINGS, read_lines(path / WORDINGS), Wording))
    firsts = set(problems)
    if not firsts.issuperset(wording.problem for wording in wordings):
        raise ValueError(f"{WORDINGS} has wordings of problems that do not exist")
    chunk_sections = [row.section for row in rows_of(path / CHUNKS, chunks, Chunk)]
    if not all(0 <= section < len(sections) for section in chunk_sections):
        raise ValueError(f"{CHUNKS} has chunks of sections that do not exist")
    dimension = manifest.embedder.dimension
    if len(manifest.embedder.fingerprint) != dimension:
        raise ValueError(f"{MANIFEST}: the fingerprint does not have {dimension} dimensions")
    blocks = read_unit_vectors(path / BLOCKS, None, dimension)
    check_terms(path, PROBLEM_TERMS, len(firsts))
    return Snapshot(
        path,
        manifest,
        guides,
        read_index(path / INDEX, len(chunks), dimension),
        blocks,
        read_numbers(path / BLOCK_SECTIONS, len(blocks), len(sections)),
        wordings,
        read_unit_vectors(path / WORDING_VECTORS, len(wordings), dimension),
        read_background(path / BACKGROUND, _BACKGROUND_SHAPE),
        np.array(guide_of, np.int64),
        np.array(problems, np.int64),
        np.array(chunk_sections, np.int64),
        sections,
        chunks,
    )


def _section_numbers(
    path: Path, sections: Sequence[str], guides: int
) -> tuple[list[int], list[int]]:
    """Return the rows of each section's guide and problem."""
    rows = [(r.guide, r.problem) for r in rows_of(path / SECTIONS, sections, SectionRow)]
    for number, (guide, problem) in enumerate(rows, 1):
        sound = guide < guides and problem < len(rows) and rows[problem] == (guide, problem)
        if not sound:
            raise ValueError(
                f"{SECTIONS} line {number}: there is no guide {guide} with a problem {problem}"
            )
    return [guide for guide, _ in rows], [problem for _, problem in rows]


def read_manifest(path: Path) -> Manifest:
    """Return a snapshot's manifest.

    Raises DamagedSnapshotError if it is missing or invalid, SnapshotError if its format is unknown.
    """
    try:
        if path.is_symlink():
            raise DamagedSnapshotError(f"{path} is a symbolic link; a snapshot has to be a folder.")
        text = (path / MANIFEST).read_text("utf-8")
        found: Any = json.loads(text)
        version = found.get("format") if isinstance(found, dict) else None
        if version != FORMAT and isinstance(version, int):
            raise SnapshotError(
                f"{path}: the snapshot has format {version}, but this version reads {FORMAT}. "
                "Ingest the guides again: guidebot ingest PATH..."
            )
        return Manifest.model_validate_json(text)
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedSnapshotError(f"{path / MANIFEST}: cannot be read: {error}") from error


def file_sum(path: Path) -> FileSum:
    """Return a file's size and checksum."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileSum(size=path.stat().st_size, sha256=digest)


def _check_files(path: Path, manifest: Manifest, name: str) -> None:
    """Raise DamagedSnapshotError unless the manifest is the snapshot's own and its files match."""
    if not name.startswith(".") and manifest.name != name:
        raise DamagedSnapshotError(
            f"{path}: the manifest belongs to another snapshot, {manifest.name!r}."
        )
    if missing := [name for name in FILES if name not in manifest.files]:
        raise DamagedSnapshotError(f"{path / MANIFEST} does not list {', '.join(missing)}.")
    for name, expected in manifest.files.items():
        if not NAME.fullmatch(name):
            raise DamagedSnapshotError(f"{path / MANIFEST}: {name!r} is not a valid file name.")
        _check_file(path / name, expected)


def _check_file(path: Path, expected: FileSum) -> None:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise DamagedSnapshotError(f"{path} is not a regular file.")
        found = file_sum(path)
    except OSError as error:
        raise DamagedSnapshotError(f"{path}: cannot be read: {error.strerror}") from error
    if found != expected:
        raise DamagedSnapshotError(
            f"{path}: does not match its checksum in the manifest "
            f"({found.size} bytes, sha256 {found.sha256[:12]}…; "
            f"expected {expected.size} bytes, {expected.sha256[:12]}…)."
        )
