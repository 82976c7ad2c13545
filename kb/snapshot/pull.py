"""Pulls the live snapshot from the shared store into a home folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from kb.errors import DamagedSnapshotError, SnapshotError
from kb.paths import Home
from kb.snapshot.format import MANIFEST, FileSum, file_sum, open_snapshot, read_manifest
from kb.snapshot.live import CURRENT, current_name, retire, sync, write_live
from kb.snapshot.store import SnapshotStore, Stored, is_plain_name

_TEMPORARY = ".pull-"


def pull(store: SnapshotStore, home: Home, keep: int) -> Stored:
    """Make the store's live snapshot live in `home`, and return what the store says.

    The caller holds `Home.writer_lock`. The old snapshot stays live until the new one is complete
    and checked. A damaged copy is fetched again. Only the newest `keep` snapshots stay in `home`.
    Raises StoreError if the store cannot be used, SnapshotError if its live snapshot cannot.
    """
    stored = store.live()
    pointer = stored.pointer
    if pointer is None:
        return stored
    fetch(store, pointer.name, home, pointer.manifest)
    if current_name(home.snapshots) != pointer.name:
        write_live(home.snapshots, pointer)
        retire(home.snapshots, keep)
    return stored


def fetch(store: SnapshotStore, name: str, home: Home, manifest: FileSum | None = None) -> None:
    """Copy a snapshot from the store into `home`, unless it is there intact; does not make it live.

    `manifest` is the expected size and checksum of its manifest, if known. Raises as `pull` does.
    """
    if not is_plain_name(name):
        raise DamagedSnapshotError(f"{store.url}/{CURRENT}: {name!r} is not a valid snapshot name.")
    target = home.snapshots / name
    if _is_whole(target, manifest):
        return
    home.snapshots.mkdir(parents=True, exist_ok=True)
    for left in home.snapshots.glob(f"{_TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)  # left over from a killed process
    temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=home.snapshots))
    try:
        _copy(store, name, temporary, manifest)
        open_snapshot(temporary, name)
        shutil.rmtree(target, ignore_errors=True)  # a damaged one
        os.replace(temporary, target)
        sync(home.snapshots)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _copy(store: SnapshotStore, name: str, folder: Path, expected: FileSum | None) -> None:
    where = f"{store.url}/{name}"
    data = store.manifest(name)
    if data is None:
        raise DamagedSnapshotError(f"{where}: there is no complete snapshot of that name.")
    if expected and FileSum(size=len(data), sha256=_digest(data)) != expected:
        raise DamagedSnapshotError(f"{where}/{MANIFEST} is not the one that was published.")
    (folder / MANIFEST).write_bytes(data)
    manifest = read_manifest(folder)
    for file, size in manifest.files.items():
        if not is_plain_name(file) or file == MANIFEST:
            raise DamagedSnapshotError(f"{where}/{MANIFEST}: {file!r} is not a valid file name.")
        store.get(name, file, folder / file)
        if file_sum(folder / file) != size:
            raise DamagedSnapshotError(
                f"{where}/{file} does not match its checksum in the manifest."
            )
    for path in folder.iterdir():
        sync(path)
    sync(folder)


def _is_whole(folder: Path, manifest: FileSum | None) -> bool:
    try:
        open_snapshot(folder)
        return manifest is None or file_sum(folder / MANIFEST) == manifest
    except SnapshotError:
        return False


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
