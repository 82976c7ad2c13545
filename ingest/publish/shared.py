"""Publishes for other machines, too: through the store that SNAPSHOTS_URL names."""

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
        """Return the names of the whole snapshots in the store; raises StoreError."""
        return [name for name, whole in self.store.snapshots().items() if whole]

    def fetch(self, name: str, home: Home) -> None:
        """Copy a snapshot into `home` that is in the store, if it is not there whole.

        Raises StoreError or SnapshotError if it cannot be had.
        """
        if self.store.manifest(name) is not None:
            fetch(self.store, name, home)

    def publish(self, folder: Path, live: Live, kept: int) -> None:
        """Copy a snapshot into the store and make it live there; the newest `kept` stay there.

        Raises StoreError if that cannot be, or another machine published since this run began.
        A process that is killed before the end leaves what was live in the store live there.
        """
        manifest = folder / MANIFEST
        if self.store.manifest(live.name) != manifest.read_bytes():
            for name in read_manifest(folder).files:
                self.store.put(live.name, name, folder / name)
            self.store.put(live.name, MANIFEST, manifest)
        pointer = Pointer(**dict(live), manifest=file_sum(manifest))
        self.store.set_live(pointer, self.seen)
        with contextlib.suppress(StoreError):  # the next publication removes what is left
            self._retire(live.name, kept)

    def _retire(self, live: str, kept: int) -> None:
        """Remove all but the newest snapshots, the live one, and what may be on its way."""
        found = self.store.snapshots()
        whole = [name for name, is_whole in found.items() if is_whole and name != live]
        halves = [name for name, is_whole in found.items() if not is_whole and name < live]
        for name in [*halves, *whole[: max(0, len(whole) - (kept - 1))]]:
            self.store.remove(name)


def join_store(url: str, home: Home, kept: int) -> Shared | None:
    """Return the store at a URL, after making live in `home` what is live there; None without one.

    So that what is published is compared with what people are answered from. The caller holds the
    WriterLock. Raises StoreError if the store cannot be used.
    """
    if not url:
        return None
    store = SnapshotStore(url)
    try:
        return Shared(store, pull(store, home, kept))
    except SnapshotError as error:
        logger.error("What is live in the store cannot be used, and is left out: %s", error)
        return Shared(store, store.live())
