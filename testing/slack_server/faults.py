"""Failures that a test asks the server to answer with."""

import random
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
class Broken:
    """HTTP 500 with a page for people; ``applied`` when the call took effect first."""

    applied: bool


@dataclass(frozen=True)
class Delay:
    seconds: float


Fault = Fail | RateLimit | Drop | Broken | Delay

_SCATTERED: tuple[Fault, ...] = (
    Fail("internal_error"),
    RateLimit(1),
    Drop(applied=False),
    Drop(applied=True),
    Broken(applied=False),
    Broken(applied=True),
)


class Faults:
    """Faults waiting for the next calls of their method, used up in the order of asking.

    Scattered ones befall a share of all calls.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._share = 0.0
        self._random = random.Random()
        self.scattered = 0

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        with self._lock:
            self._waiting[method].extend([fault] * times)

    def scatter(self, share: float, seed: int) -> None:
        with self._lock:
            self._share, self._random = share, random.Random(seed)

    def take(self, method: str) -> Fault | None:
        with self._lock:
            if self._waiting[method]:
                return self._waiting[method].popleft()
            if self._random.random() >= self._share:
                return None
            self.scattered += 1
            return self._random.choice(_SCATTERED)
