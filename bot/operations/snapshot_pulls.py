"""Follows the shared snapshot store: what is live there becomes live here."""

from __future__ import annotations

import logging
import random
import threading
import time

from filelock import FileLock, Timeout

from bot.operations.metrics import SNAPSHOT_PULLS
from kb.errors import GuidebotError
from kb.paths import Home
from kb.snapshot.live import current_name
from kb.snapshot.pull import pull
from kb.snapshot.store import SnapshotStore

# A poll reads one small object.
PULL_EVERY_SECONDS = 5.0
# Once the store is back, nobody has to wait longer than this.
_MAX_WAIT_SECONDS = 300.0

logger = logging.getLogger(__name__)


class SnapshotPulls:
    """Pulls new snapshots. The live one stays until the new one is complete and verified.

    Failures are retried with exponential backoff, up to five minutes.
    """

    def __init__(self, store: SnapshotStore, home: Home, keep: int) -> None:
        self._store = store
        self._home = home
        self._keep = keep
        self._busy = threading.Lock()
        self._failures = 0
        self._not_before = 0.0

    def refresh(self) -> None:
        """Pull a new snapshot if there is one, unless backing off after a failure."""
        if time.monotonic() < self._not_before or not self._busy.acquire(blocking=False):
            return
        try:
            self._pull()
        except (GuidebotError, OSError) as error:
            self._failed(error)
        else:
            if self._failures:
                logger.info("The snapshot store is reachable again.")
            self._failures = 0
        finally:
            self._busy.release()

    def _pull(self) -> None:
        pointer = self._store.pointer()
        if pointer is None or pointer.name == current_name(self._home.snapshots):
            return
        self._home.snapshots.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._home.writer_lock, timeout=0):
                pull(self._store, self._home, self._keep)
        except Timeout:
            return  # an ingest or another bot holds it
        SNAPSHOT_PULLS.labels("pulled").inc()
        logger.info("Pulled snapshot %s.", pointer.name)

    def _failed(self, error: Exception) -> None:
        SNAPSHOT_PULLS.labels("failed").inc()
        wait = min(PULL_EVERY_SECONDS * 2**self._failures, _MAX_WAIT_SECONDS)
        wait *= random.uniform(0.5, 1.0)  # jitter keeps replicas apart
        self._failures += 1
        self._not_before = time.monotonic() + wait
        logger.warning("Pulling a snapshot failed; next attempt in %.0f s: %s", wait, error)
