"""Progress callbacks: the stage of a question, and how far a long task is."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from pydantic import ConfigDict

from kb.model import Frozen


class Stage(StrEnum):
    """What is being done to answer a question."""

    SEARCHING = "searching"
    CHOOSING = "choosing"
    """Waiting for a language model."""


Progress = Callable[[Stage], None]
"""Called with each stage as it begins."""


def no_progress(_: Stage) -> None:
    """Report nothing."""


class TaskState(Frozen):
    """How far a task has come: a line of `guidebot ingest --progress-json`."""

    model_config = ConfigDict(extra="ignore")

    what: str
    done: int
    total: int


TaskProgress = Callable[[str, int, int], None]
"""Called with the name of a task, how many items are done, and how many there are."""


def no_task_progress(what: str, done: int, total: int) -> None:
    """Report nothing."""


def of_task(what: str, progress: TaskProgress) -> Callable[[int, int], None]:
    """Return a callback (done, total) that reports the progress of one named task."""
    return lambda done, total: progress(what, done, total)
