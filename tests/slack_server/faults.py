"""Failures that a test asks the server to answer with."""

import threading
from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Fail:
    error: str


@dataclass(frozen=True)
class RateLimit:
    retry_after: int


@dataclass(frozen=True)
class Drop:
    """The connection closes without an answer; ``applied`` when the call took effect first."""

    applied: bool


@dataclass(frozen=True)
class Delay:
    seconds: float


Fault = Fail | RateLimit | Drop | Delay


class Faults:
    """Faults waiting for the next calls of their method, used up in the order of asking."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        with self._lock:
            self._waiting[method].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        with self._lock:
            return self._waiting[method].popleft() if self._waiting[method] else None
