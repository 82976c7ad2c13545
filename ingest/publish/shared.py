"""Publishes to other machines through the store at SNAPSHOTS_URL."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path

from kb.errors import SnapshotError, StoreError
from kb.paths import Home
from kb.snapshot.format import MANIFEST, file_sum, read_manifest
from kb.snapshot.live import Live
from kb.snapshot.pull import fetch, pull
from kb.snapshot.store import Pointer, SnapshotStore, Stored

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shared:
    """The store, and what was live in it when this run began."""

    store: SnapshotStore
    seen: Stored

    def names(self) -> list[str]:
        """Return the names of the complete snapshots in the store; raises StoreError."""
        return [name for name, whole in self.store.snapshots().items() if whole]

    def fetch(self, name: str, home: Home) -> None:
        """Copy a snapshot from the store into `home` unless it is there already.

        Raises StoreError or SnapshotError if it cannot be copied.
        """
        if self.store.manifest(name) is not None:
            fetch(self.store, name, home)

    def publish(self, folder: Path, live: Live, keep: int) -> None:
        """Copy a snapshot into the store and make it live there; the newest `keep` stay.

        Raises StoreError if that fails, or if another machine has published since this run began.
        If the process is killed before the end, the store's live snapshot is unchanged.
        """
        manifest = folder / MANIFEST
        if self.store.manifest(live.name) != manifest.read_bytes():
            for name in read_manifest(folder).files:
                self.store.put(live.name, name, folder / name)
            self.store.put(live.name, MANIFEST, manifest)
        pointer = Pointer(**dict(live), manifest=file_sum(manifest))
        self.store.set_live(pointer, self.seen)
        with contextlib.suppress(StoreError):  # the next run removes what is left
            self._retire(live.name, keep)

    def _retire(self, live: str, keep: int) -> None:
        """Remove all but the newest snapshots, the live one, and any that may be being uploaded."""
        found = self.store.snapshots()
        whole = [name for name, is_whole in found.items() if is_whole and name != live]
        halves = [name for name, is_whole in found.items() if not is_whole and name < live]
        for name in [*halves, *whole[: max(0, len(whole) - (keep - 1))]]:
            self.store.remove(name)


def join_store(url: str, home: Home, keep: int) -> Shared | None:
    """Return the store at a URL after making its live snapshot live in `home`; None without a URL.

    New snapshots are thus compared with what answers come from. The caller holds the WriterLock.
    Raises StoreError if the store cannot be used.
    """
    if not url:
        return None
    store = SnapshotStore(url)
    try:
        return Shared(store, pull(store, home, keep))
    except SnapshotError as error:
        logger.error("The live snapshot in the store cannot be used; ignoring it: %s", error)
        return Shared(store, store.live())
