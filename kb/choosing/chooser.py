"""What the knowledge base asks of a language model, and what it gets.

The knowledge base conducts; it is handed a `Chooser`, and knows no more of models than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from kb.answer.compose import Composed
from kb.choosing.lines import Problem
from kb.choosing.prompt import Decided
from kb.model import Answer, Audience

Decides = Literal["never", "unsure", "always"]


@dataclass(frozen=True)
class Chosen:
    """What a model chose: `problems` are positions among the candidates, the most fitting first.

    `composed` is what they say, in the guide's words; one for each problem, if they answer.
    """

    decided: Decided
    problems: tuple[int, ...] = ()
    composed: tuple[Composed, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether the person is to be asked which is meant."""
        return self.decided is Decided.ASK


class Session(Protocol):
    """A language model, at work on one question within one budget of time and tokens.

    Whatever fails gives None, or the answer as it was.
    """

    def condense(self, question: str, before: str) -> str | None:
        """Return a question that can be understood without the one before it, if possible."""
        ...

    def choose(self, question: str, before: str, problems: Sequence[Problem]) -> Chosen | None:
        """Return which of some problems answer a question, and with which of their words."""
        ...

    def translate(self, answer: Answer) -> Answer:
        """Return an answer in the asker's language, each step over its original."""
        ...


class Chooser(Protocol):
    """A language model that may be asked; `decides` says when it has a say in the decision."""

    @property
    def decides(self) -> Decides:
        """When the model decides which problem answers."""
        ...

    def session(
        self, question: str, snapshot: str, audience: Audience | None
    ) -> AbstractContextManager[Session]:
        """Return the model for one question, answered from a snapshot for an audience."""
        ...
