"""Keeps what belongs together in its order, on threads that do other things meanwhile."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable, Hashable

from bot.answering.workers import Workers

logger = logging.getLogger(__name__)

_Task = tuple[str, int, Callable[[], None]]


class ConversationQueue:
    """Lanes of tasks: those of one lane are done one after another, and lanes side by side."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[_Task]] = {}
        self._numbers = itertools.count()

    def submit(self, conversation: Hashable, key: str, task: Callable[[], None]) -> None:
        """Do a task when its lane is free; of those that wait there, the least key comes first.

        Raises RuntimeError if nothing new is taken.
        """
        with self._lock:
            waiting = self._waiting.get(conversation)
            if waiting is None:
                self._workers.submit(self._run, conversation)
                waiting = self._waiting[conversation] = []
            heapq.heappush(waiting, (key, next(self._numbers), task))

    def _run(self, conversation: Hashable) -> None:
        while True:
            with self._lock:
                waiting = self._waiting[conversation]
                if not waiting or self._workers.past_deadline:
                    del self._waiting[conversation]
                    return
                _, _, task = heapq.heappop(waiting)
            try:
                task()
            except Exception:
                logger.exception("What a thread was to do failed")
