"""Allows one writer at a time in a home folder."""

from __future__ import annotations

import contextlib
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from kb.errors import GuidebotError
from kb.model import Frozen
from kb.paths import Home
from kb.progress import TaskProgress, no_task_progress

WAIT_SECONDS = 600.0
"""How long a command waits for another one; chosen by hand."""
# Between two reports on the wait; chosen by hand.
_SECONDS_A_LOOK = 1.0


class Holder(Frozen):
    """The writer: who, in which process, and since when (ISO 8601, UTC)."""

    by: str
    process: int
    since: str

    def __str__(self) -> str:
        return f"{self.by or 'someone'} (process {self.process}, since {self.since})"


class WriterLock:
    """Lets one process at a time write snapshots in a home folder.

    Others wait up to `wait` seconds, and `waiting` is called with who holds the lock, the seconds
    elapsed and the maximum. Entering raises GuidebotError after that.
    """

    def __init__(
        self,
        home: Home,
        wait: float,
        by: str = "",
        waiting: TaskProgress = no_task_progress,
    ) -> None:
        self._folder = home.snapshots
        self._wait = wait
        self._by = by
        self._waiting = waiting
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(home.writer_lock)

    def __enter__(self) -> None:
        started = time.monotonic()
        while True:
            left = self._wait - (time.monotonic() - started)
            try:
                self._lock.acquire(timeout=max(0.0, min(left, _SECONDS_A_LOOK)))
                break
            except Timeout as error:
                if left <= 0:
                    raise GuidebotError(
                        f"Another ingest is writing to {self._folder}: {self._holder()}. It did "
                        f"not finish within {self._wait:.0f} s. Try again when it has."
                    ) from error
            passed = round(time.monotonic() - started)
            self._waiting(f"Waiting for {self._holder()}", passed, round(self._wait))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = Holder(by=self._by, process=os.getpid(), since=now)
        with contextlib.suppress(OSError):  # only informative
            self._told.write_text(holder.model_dump_json(), "utf-8")

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._told.unlink(missing_ok=True)
        self._lock.release()

    @property
    def _told(self) -> Path:
        return self._folder / ".writer.json"

    def _holder(self) -> str:
        try:
            return str(Holder.model_validate_json(self._told.read_text("utf-8")))
        except (OSError, ValidationError):
            return "another process"
