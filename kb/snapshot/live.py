"""Which snapshot is live (the file `current`), and removing old ones."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from kb.model import Frozen
from kb.snapshot.format import CURRENT, current_name, published, read_manifest

# Far more than are kept on disk; bounds the file. Chosen by hand.
_MAX_HISTORY = 50


class Live(Frozen):
    """The live snapshot: since when (ISO 8601, UTC), by whom, and which were live before it.

    `before` is oldest first.
    """

    name: str
    since: str
    by: str = ""
    before: tuple[str, ...] = ()


def live_now(name: str, by: str, before: Sequence[str]) -> Live:
    """Return a record that a snapshot is live from now on."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return Live(name=name, since=since, by=by, before=tuple(before)[-_MAX_HISTORY:])


def read_live(snapshots: Path) -> Live | None:
    """Return which snapshot is live, if one has been published.

    Raises SnapshotError if `current` has no record and the snapshot's manifest cannot be read.
    """
    name = current_name(snapshots)
    if name is None:
        return None
    _, _, record = (snapshots / CURRENT).read_text("utf-8").partition("\n")
    try:
        return Live.model_validate({**json.loads(record), "name": name})
    except (json.JSONDecodeError, ValidationError, TypeError):
        # Published by a version that wrote only the name.
        return Live(name=name, since=read_manifest(snapshots / name).created)


def write_live(snapshots: Path, live: Live) -> None:
    """Make a snapshot live with an atomic rename; the caller holds `Home.writer_lock`."""
    temporary = snapshots / f".{CURRENT}.tmp"
    record = live.model_dump_json(include=set(Live.model_fields) - {"name"})
    temporary.write_text(f"{live.name}\n{record}\n", "utf-8")
    sync(temporary)
    os.replace(temporary, snapshots / CURRENT)
    sync(snapshots)


def retire(snapshots: Path, keep: int) -> None:
    """Remove all snapshots except the live one and the newest, `keep` in all."""
    current = current_name(snapshots)
    others = [name for name in published(snapshots) if name != current]
    for name in others[: max(0, len(others) - (keep - 1))]:
        shutil.rmtree(snapshots / name, ignore_errors=True)


def sync(path: Path) -> None:
    """Flush a file, or a folder's entries, to disk (fsync)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
