"""How an answer comes about, for whoever shows it while it does."""

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
