"""How far something is, for whoever shows it: a question in hand, or a long task."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Stage(StrEnum):
    """What is being done for a question."""

    SEARCHING = "searching"
    CHOOSING = "choosing"
    """A language model is asked."""


Progress = Callable[[Stage], None]
"""Called with each stage as it begins."""


def no_progress(_: Stage) -> None:
    """Tell nobody."""


TaskProgress = Callable[[str, int, int], None]
"""Called with the name of what is being done, how much of it is done, and how much there is."""


def no_task_progress(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def of_task(what: str, progress: TaskProgress) -> Callable[[int, int], None]:
    """Return what reports how far one task is."""
    return lambda done, total: progress(what, done, total)
