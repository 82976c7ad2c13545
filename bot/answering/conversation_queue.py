"""Runs the tasks of each conversation in order, on shared threads."""

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
    """Runs the tasks of one conversation one after another, and conversations in parallel."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[_Task]] = {}
        self._numbers = itertools.count()

    def submit(self, conversation: Hashable, key: str, task: Callable[[], None]) -> None:
        """Run a task when its conversation is idle; waiting tasks run in the order of their keys.

        Raises RuntimeError if the workers are shutting down.
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
                logger.exception("A task failed")
