"""Which snapshot is live: publishing, going back, discarding, checking."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from ingest.publish.disk import sync
from kb.errors import DamagedSnapshotError, GuidebotError, SnapshotError
from kb.model import Frozen
from kb.paths import Home
from kb.snapshot.format import (
    CURRENT,
    Snapshot,
    current_name,
    open_snapshot,
    published,
    read_manifest,
)

KEPT = 5
"""How many published snapshots stay on disk."""

_MOST_BEFORE = 50


class Live(Frozen):
    """The live snapshot: since when (ISO 8601, UTC), by whom, and which were live before it.

    The last of `before` was live last.
    """

    name: str
    since: str
    by: str = ""
    before: tuple[str, ...] = ()


def read_live(snapshots: Path) -> Live | None:
    """Return which snapshot is live, if one was published."""
    name = current_name(snapshots)
    if name is None:
        return None
    _, _, said = (snapshots / CURRENT).read_text("utf-8").partition("\n")
    try:
        return Live.model_validate({**json.loads(said), "name": name})
    except (json.JSONDecodeError, ValidationError, TypeError):
        # Published by a version that wrote the name alone.
        return Live(name=name, since=read_manifest(snapshots / name).created)


def make_live(name: str, home: Home, by: str = "", kept: int = KEPT) -> Snapshot:
    """Make a candidate the live snapshot by one atomic rename; the caller holds the WriterLock.

    Whatever happens, either the old snapshot is live or the new one is, whole. Of the
    published snapshots the newest `kept` stay.
    """
    snapshot = open_snapshot(candidate(name, home))
    target = home.snapshots / name
    os.replace(snapshot.path, target)
    sync(home.snapshots)
    live = read_live(home.snapshots)
    before = (*live.before, live.name) if live else ()
    _make_current(home.snapshots, name, by, before)
    _retire(home.snapshots, kept)
    _report_of(name, home).unlink(missing_ok=True)
    return dataclasses.replace(snapshot, path=target)


def roll_back(home: Home, name: str | None = None, by: str = "") -> tuple[Live, Live]:
    """Make a published snapshot live again, by default the one that was live before.

    Returns what was live, and what is now. The caller holds the WriterLock.
    Raises GuidebotError if there is no such snapshot, DamagedSnapshotError if it is damaged.
    """
    there = published(home.snapshots)
    live = read_live(home.snapshots)
    if live is None:
        raise GuidebotError("Nothing was published, so there is nothing to go back to.")
    before = [other for other in live.before if other in there and other != live.name]
    if name is None and not before:
        raise GuidebotError(
            f"No snapshot that was live before {live.name} is on disk. Those that are: "
            f"{', '.join(there)}. Name one: guidebot rollback NAME"
        )
    name = name or before[-1]
    if name not in there:
        raise GuidebotError(f"There is no snapshot {name!r}. There are: {', '.join(there)}.")
    if name == live.name:
        raise GuidebotError(f"{name} is live already.")
    open_snapshot(home.snapshots / name)
    # What was live before the one that is gone back to stays before it.
    earlier = live.before[: _last(live.before, name)] if name in live.before else live.before
    return live, _make_current(home.snapshots, name, by, earlier)


def candidate(name: str, home: Home) -> Path:
    """Return the folder of a candidate; raises GuidebotError if there is none of that name."""
    if name not in published(home.candidates):
        held = held_names(home)
        there = f"There are: {', '.join(held)}." if held else "None is held."
        raise GuidebotError(f"There is no candidate {name!r}. {there}")
    return home.candidates / name


def held_names(home: Home) -> list[str]:
    """Return the candidates that are held for somebody's word, oldest first."""
    return [name for name in published(home.candidates) if _report_of(name, home).exists()]


def hold(name: str, home: Home, report: str, kept: int = KEPT) -> None:
    """Keep a candidate, with what was found out about it, for somebody's word."""
    _report_of(name, home).write_text(report, "utf-8")
    for old in held_names(home)[:-kept]:
        discard(old, home)


def held_report(name: str, home: Home) -> str | None:
    """Return what was found out about a candidate that is held."""
    try:
        return _report_of(name, home).read_text("utf-8")
    except FileNotFoundError:
        return None


def discard(name: str, home: Home) -> None:
    """Remove a candidate; raises GuidebotError if there is none of that name."""
    shutil.rmtree(candidate(name, home))
    _report_of(name, home).unlink(missing_ok=True)


def damaged(home: Home, names: Sequence[str]) -> dict[str, SnapshotError | None]:
    """Check published snapshots, or held ones, and return what is wrong with each."""
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


def _make_current(snapshots: Path, name: str, by: str, before: Sequence[str]) -> Live:
    live = Live(
        name=name,
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        by=by,
        before=tuple(before)[-_MOST_BEFORE:],
    )
    temporary = snapshots / f".{CURRENT}.tmp"
    temporary.write_text(f"{name}\n{live.model_dump_json(exclude={'name'})}\n", "utf-8")
    sync(temporary)
    os.replace(temporary, snapshots / CURRENT)
    sync(snapshots)
    return live


def _retire(snapshots: Path, kept: int) -> None:
    """Remove all but the newest snapshots, and the live one."""
    current = current_name(snapshots)
    others = [name for name in published(snapshots) if name != current]
    for name in others[: max(0, len(others) - (kept - 1))]:
        shutil.rmtree(snapshots / name, ignore_errors=True)


def _last(names: Sequence[str], name: str) -> int:
    return max(number for number, other in enumerate(names) if other == name)


def _report_of(name: str, home: Home) -> Path:
    return home.candidates / f"{name}.json"
