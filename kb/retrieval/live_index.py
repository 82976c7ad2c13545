"""The live snapshot as a search index, replaced when another one is published."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import NoSnapshotError, SnapshotError
from kb.retrieval.search import SearchIndex
from kb.snapshot.fingerprint import check_fingerprint, check_model_id
from kb.snapshot.live import current_name, open_current, open_live

logger = logging.getLogger(__name__)


class LiveIndex:
    """Opens whichever snapshot is live, and reopens it when `current` changes.

    Threads may share it. With `pinned`, that index is always returned.
    """

    def __init__(
        self,
        snapshots: Path,
        embeddings: SentenceTransformerEmbeddings,
        pinned: SearchIndex | None = None,
    ) -> None:
        self._snapshots = snapshots
        self._embeddings = embeddings
        self._pinned = pinned
        self._opening = threading.Lock()
        self._index: SearchIndex | None = None
        self._opened_name: str | None = None
        self._checked: str | None = None

    def get(self) -> SearchIndex:
        """Return the live snapshot's index.

        While one thread opens a new snapshot, the others keep using the previous one.
        Raises SnapshotError if no snapshot is usable.
        """
        if self._pinned is not None:
            return self._pinned
        name = current_name(self._snapshots)
        index = self._index
        if index is not None and name == self._opened_name:
            return index
        if index is not None and not self._opening.acquire(blocking=False):
            return index
        if index is None:
            self._opening.acquire()
        try:
            if self._index is None or name != self._opened_name:
                self._index = self._open(self._index)
                self._opened_name = name
            return self._index
        finally:
            self._opening.release()

    def checked(self) -> SearchIndex:
        """Return the live index after checking, once per snapshot, the model that embedded it.

        Loads the model. Raises ModelError if that fails, EmbedderMismatchError if the snapshot
        was embedded with a different model, and SnapshotError as `get` does.
        """
        index = self.get()
        if self._checked != index.snapshot.name:
            check_fingerprint(index.snapshot.manifest.embedder, self._embeddings)
            self._checked = index.snapshot.name
        return index

    def _open(self, before: SearchIndex | None) -> SearchIndex:
        # At start-up an older good snapshot will do; later, the one already open is better.
        opened = open_current if before is None else open_live
        try:
            snapshot = opened(self._snapshots)
            check_model_id(snapshot.manifest.embedder, self._embeddings)
            if before is not None:
                check_fingerprint(snapshot.manifest.embedder, self._embeddings)
        except SnapshotError as error:
            if before is None or isinstance(error, NoSnapshotError):
                raise
            # Old answers are better than none, but the operator has to know.
            logger.error("The new snapshot cannot be used; still using the old one: %s", error)
            return before
        if before is not None:
            if snapshot.name == before.snapshot.name:
                return before
            logger.info("Now answering from snapshot %s.", snapshot.name)
        return SearchIndex(snapshot)
