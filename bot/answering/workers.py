"""Threads for what lasts longer than Slack waits."""

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


class Work(ThreadPoolExecutor):
    """Threads that log what goes wrong in them, and whose end can be waited for so long."""

    def __init__(self, workers: int, name: str) -> None:
        super().__init__(workers, thread_name_prefix=name)
        self._begun: set[Future[object]] = set()
        self._guard = threading.Lock()
        self._until: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether the time is up in which it was to come to its end."""
        return self._until is not None and time.monotonic() > self._until

    @property
    def in_hand(self) -> int:
        """How much was begun, or is to begin, and has not come to its end."""
        with self._guard:
            return len(self._begun)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it as soon as a thread is free."""
        future = super().submit(fn, *args, **kwargs)
        with self._guard:
            self._begun.add(future)  # type: ignore[arg-type]
        future.add_done_callback(self._ended)
        return future

    def finish(self, until: float) -> int:
        """Take nothing new, and wait for the rest until a time (`time.monotonic`).

        Returns how much of it has not come to its end; what was not begun will not be.
        """
        self._until = until
        self.shutdown(wait=False)
        with self._guard:
            begun = set(self._begun)
        left = wait(begun, max(0.0, until - time.monotonic())).not_done
        for future in left:
            future.cancel()
        return len(left)

    def _ended(self, future: Future[T]) -> None:
        with self._guard:
            self._begun.discard(future)
        if not future.cancelled() and (error := future.exception()):
            logger.error("What a thread was to do failed", exc_info=error)
