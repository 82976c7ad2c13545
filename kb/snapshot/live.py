"""The published snapshots: which there are, which one is live, and opening it.

    snapshots/
      current                   the name of the live snapshot; its second line is JSON (Live)
      20261123T091500Z-1f3c9a/  a snapshot (kb.snapshot.format)

Names start with the time, so that they sort by age.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from kb.errors import DamagedSnapshotError, NoSnapshotError, SnapshotError
from kb.model import Frozen
from kb.snapshot.format import NAME, Snapshot, open_snapshot, read_manifest

CURRENT = "current"

# Far more than are kept on disk; bounds the file. Chosen by hand.
_MAX_HISTORY = 50

logger = logging.getLogger(__name__)


class Live(Frozen):
    """The live snapshot: since when (ISO 8601, UTC), by whom, and which were live before it.

    `before` is oldest first.
    """

    name: str
    since: str
    by: str = ""
    before: tuple[str, ...] = ()


def current_name(snapshots: Path) -> str | None:
    """Return the name of the live snapshot, if `current` exists and names one.

    Anything that is not a plain file name, such as a path, counts as none.
    """
    try:
        name = (snapshots / CURRENT).read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if NAME.fullmatch(name) else None


def published(snapshots: Path) -> list[str]:
    """Return the names of the snapshots on disk, oldest first."""
    if not snapshots.is_dir():
        return []
    return sorted(
        entry.name
        for entry in os.scandir(snapshots)
        if entry.is_dir(follow_symlinks=False) and NAME.fullmatch(entry.name)
    )


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


def open_live(snapshots: Path) -> Snapshot:
    """Open the snapshot that `current` names, and no other.

    Raises NoSnapshotError if nothing has been published, and SnapshotError as `open_snapshot` does.
    """
    if name := current_name(snapshots):
        return open_snapshot(snapshots / name)
    if not os.path.lexists(snapshots / CURRENT) and not published(snapshots):
        raise NoSnapshotError(
            f"No guides have been ingested yet: there is no snapshot in {snapshots}. "
            "Run: guidebot ingest PATH..."
        )
    raise DamagedSnapshotError(
        f"{snapshots / CURRENT} does not name an existing snapshot. "
        "Ingest the guides again: guidebot ingest PATH..."
    )


def open_current(snapshots: Path) -> Snapshot:
    """Open the live snapshot, or the newest intact one if that is damaged.

    Raises NoSnapshotError if nothing has been published, DamagedSnapshotError if none is intact.
    """
    try:
        return open_live(snapshots)
    except NoSnapshotError:
        raise
    except SnapshotError as error:
        logger.error("Snapshot refused: %s", error)
        problems = [str(error)]
    current = current_name(snapshots)
    for name in reversed([name for name in published(snapshots) if name != current]):
        try:
            snapshot = open_snapshot(snapshots / name)
        except SnapshotError as error:
            logger.error("Snapshot refused: %s", error)
            problems.append(str(error))
            continue
        logger.error("Using snapshot %s instead.", name)
        return snapshot
    raise DamagedSnapshotError(
        "No snapshot can be used:\n"
        + "\n".join(f"  {problem}" for problem in problems)
        + "\nIngest the guides again: guidebot ingest PATH..."
    )


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
