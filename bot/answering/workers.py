"""Threads for work that takes longer than Slack waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import ParamSpec, TypeVar

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Workers(ThreadPoolExecutor):
    """A thread pool that logs failures, and can be drained with a deadline."""

    def __init__(self, workers: int, name: str) -> None:
        super().__init__(workers, thread_name_prefix=name)
        self._unfinished: set[Future[object]] = set()
        self._guard = threading.Lock()
        self._deadline: float | None = None

    @property
    def past_deadline(self) -> bool:
        """Whether the deadline for draining has passed."""
        return self._deadline is not None and time.monotonic() > self._deadline

    @property
    def in_hand(self) -> int:
        """How many calls are unfinished."""
        with self._guard:
            return len(self._unfinished)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call as soon as a thread is free."""
        future = super().submit(fn, *args, **kwargs)
        with self._guard:
            self._unfinished.add(future)  # type: ignore[arg-type]
        future.add_done_callback(self._done)
        return future

    def drain(self, deadline: float) -> int:
        """Accept nothing new, and wait for the rest until a deadline (`time.monotonic`).

        Returns how many calls are unfinished; those not started yet are cancelled.
        """
        self._deadline = deadline
        self.shutdown(wait=False)
        with self._guard:
            unfinished = set(self._unfinished)
        left = wait(unfinished, max(0.0, deadline - time.monotonic())).not_done
        for future in left:
            future.cancel()
        return len(left)

    def _done(self, future: Future[T]) -> None:
        with self._guard:
            self._unfinished.discard(future)
        if not future.cancelled() and (error := future.exception()):
            logger.error("A task failed", exc_info=error)
