"""How far something is, for whoever shows it: an answer that comes about, or a long task."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from kb.model import Step


class Stage(StrEnum):
    """What is being done for a question."""

    SEARCHING = "searching"
    WRITING = "writing"


Progress = Callable[[Stage | Step], None]
"""Called with each stage as it begins, and with each step of a written answer once it is verified.

Steps come in their order. Only answers that a language model writes have steps to tell of before
they are whole.
"""


def unheard(_: Stage | Step) -> None:
    """Tell nobody."""


TaskProgress = Callable[[str, int, int], None]
"""Called with the name of what is being done, how much of it is done, and how much there is."""


def no_task_progress(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def of_task(what: str, progress: TaskProgress) -> Callable[[int, int], None]:
    """Return what reports how far one task is."""
    return lambda done, total: progress(what, done, total)
