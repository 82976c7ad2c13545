"""Keeps what belongs together in its order, on threads that do other things meanwhile."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable, Hashable

from bot.answering.workers import Work

logger = logging.getLogger(__name__)

_Task = tuple[str, int, Callable[[], None]]


class Lanes:
    """Lanes of tasks: those of one lane are done one after another, and lanes side by side."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[_Task]] = {}
        self._numbers = itertools.count()

    def submit(self, lane: Hashable, key: str, task: Callable[[], None]) -> None:
        """Do a task when its lane is free; of those that wait there, the least key comes first.

        Raises RuntimeError if nothing new is taken.
        """
        with self._lock:
            waiting = self._waiting.get(lane)
            if waiting is None:
                self._work.submit(self._run, lane)
                waiting = self._waiting[lane] = []
            heapq.heappush(waiting, (key, next(self._numbers), task))

    def _run(self, lane: Hashable) -> None:
        while True:
            with self._lock:
                waiting = self._waiting[lane]
                if not waiting or self._work.is_over:
                    del self._waiting[lane]
                    return
                _, _, task = heapq.heappop(waiting)
            try:
                task()
            except Exception:
                logger.exception("What a thread was to do failed")
