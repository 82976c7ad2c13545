"""Writes a candidate snapshot, ready to be made live (ingest.publish.live)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kb.snapshot.format import Snapshot, open_snapshot
from kb.snapshot.live import published, sync
from kb.snapshot.writing import Contents, write_snapshot


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
        manifest = write_snapshot(contents, temporary, by, renamed)
        target = candidates / manifest.name
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync(candidates)
    return open_snapshot(target)


def _sweep(candidates: Path) -> None:
    """Remove what an interrupted run left behind.

    A candidate without a report next to it is not held: its run never finished.
    """
    for name in published(candidates):
        if not (candidates / f"{name}.json").exists():
            shutil.rmtree(candidates / name, ignore_errors=True)
    for left in candidates.glob(".tmp-*"):
        shutil.rmtree(left, ignore_errors=True)
