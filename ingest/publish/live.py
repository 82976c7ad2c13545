"""The live snapshot: publishing, rolling back, discarding, checking."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ingest.publish.shared import Shared
from kb.errors import DamagedSnapshotError, GuidebotError, SnapshotError
from kb.paths import Home
from kb.settings import Settings
from kb.snapshot.format import Snapshot, open_snapshot
from kb.snapshot.live import Live, live_now, published, read_live, retire, sync, write_live

KEPT: int = Settings.model_fields["snapshots_kept"].default
"""How many published snapshots stay on disk by default."""


def make_live(
    name: str, home: Home, by: str = "", keep: int = KEPT, shared: Shared | None = None
) -> Snapshot:
    """Make a candidate live by one atomic rename; the caller holds the WriterLock.

    Whatever happens, either the old or the new snapshot is live, completely. The newest `keep`
    published snapshots stay on disk. With `shared`, the store is updated first; raises StoreError,
    and changes nothing, if that fails. Raises GuidebotError if there is no such candidate.
    """
    snapshot = open_snapshot(candidate(name, home))
    live = read_live(home.snapshots)
    now = live_now(name, by, (*live.before, live.name) if live else ())
    if shared:
        shared.publish(snapshot.path, now, keep)
    target = home.snapshots / name
    os.replace(snapshot.path, target)
    sync(home.snapshots)
    write_live(home.snapshots, now)
    retire(home.snapshots, keep)
    _report_of(name, home).unlink(missing_ok=True)
    return dataclasses.replace(snapshot, path=target)


def roll_back(
    home: Home,
    name: str | None = None,
    by: str = "",
    keep: int = KEPT,
    shared: Shared | None = None,
) -> tuple[Live, Live]:
    """Make a published snapshot live again, by default the one that was live before.

    Returns what was live, and what is now. The caller holds the WriterLock. With `shared`,
    snapshots in the store are available as well, and the store is updated first. Raises
    GuidebotError if there is no such snapshot, DamagedSnapshotError if it is damaged, and
    StoreError if the store cannot be used.
    """
    there = published(home.snapshots)
    if shared:
        there = sorted({*there, *shared.names()})
    live = read_live(home.snapshots)
    if live is None:
        raise GuidebotError("Nothing has been published, so there is nothing to roll back to.")
    before = [other for other in live.before if other in there and other != live.name]
    if name is None and not before:
        raise GuidebotError(
            f"No snapshot that was live before {live.name} is on disk. On disk are: "
            f"{', '.join(there)}. Choose one: guidebot rollback NAME"
        )
    name = name or before[-1]
    if name not in there:
        raise GuidebotError(f"There is no snapshot {name!r}. There are: {', '.join(there)}.")
    if name == live.name:
        raise GuidebotError(f"{name} is live already.")
    if shared:
        shared.fetch(name, home)
    path = open_snapshot(home.snapshots / name).path
    # Rolling back again goes further back.
    earlier = live.before[: _last(live.before, name)] if name in live.before else live.before
    now = live_now(name, by, earlier)
    if shared:
        shared.publish(path, now, keep)
    write_live(home.snapshots, now)
    return live, now


def candidate(name: str, home: Home) -> Path:
    """Return a candidate's folder; raises GuidebotError if there is no candidate of that name."""
    if name not in published(home.candidates):
        held = held_names(home)
        there = f"There are: {', '.join(held)}." if held else "None is held."
        raise GuidebotError(f"There is no candidate {name!r}. {there}")
    return home.candidates / name


def held_names(home: Home) -> list[str]:
    """Return the candidates that are held for a decision, oldest first."""
    return [name for name in published(home.candidates) if _report_of(name, home).exists()]


def hold(name: str, home: Home, report: str, keep: int = KEPT) -> None:
    """Hold a candidate for a decision, with the report about it."""
    _report_of(name, home).write_text(report, "utf-8")
    for old in held_names(home)[:-keep]:
        discard(old, home)


def held_report(name: str, home: Home) -> str | None:
    """Return the report on a held candidate, or None."""
    try:
        return _report_of(name, home).read_text("utf-8")
    except FileNotFoundError:
        return None


def discard(name: str, home: Home) -> None:
    """Remove a candidate; raises GuidebotError if there is no candidate of that name."""
    shutil.rmtree(candidate(name, home))
    _report_of(name, home).unlink(missing_ok=True)


def damaged(home: Home, names: Sequence[str]) -> dict[str, SnapshotError | None]:
    """Check published or held snapshots, and return each one's error, or None if it is intact."""
    found: dict[str, SnapshotError | None] = {}
    for name in names:
        folder = home.snapshots if name in published(home.snapshots) else home.candidates
        if not (folder / name).is_dir():
            raise DamagedSnapshotError(
                f"There is no snapshot {name!r}. There are: "
                f"{', '.join([*published(home.snapshots), *published(home.candidates)])}."
            )
        try:
            open_snapshot(folder / name)
            found[name] = None
        except SnapshotError as error:
            found[name] = error
    return found


def _last(names: Sequence[str], name: str) -> int:
    return max(number for number, other in enumerate(names) if other == name)


def _report_of(name: str, home: Home) -> Path:
    return home.candidates / f"{name}.json"
