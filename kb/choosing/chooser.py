"""The interface between the knowledge base and a language model.

The knowledge base is handed a `Chooser`, and knows no more about models than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from kb.answer.compose import Composed
from kb.choosing.prompt import Decided
from kb.model import Answer, Audience, Problem

Decides = Literal["never", "unsure", "always"]


@dataclass(frozen=True)
class Chosen:
    """A model's choice: `problems` are positions (0-based) among the candidates, best first.

    If they answer, `composed` is what each of them says, in the guide's words.
    """

    decided: Decided
    problems: tuple[int, ...] = ()
    composed: tuple[Composed, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether the person is to be asked which one is meant."""
        return self.decided is Decided.ASK


class Session(Protocol):
    """A language model working on one question, within one budget of time and tokens.

    Its methods do not raise: on failure they return None, or the answer unchanged.
    """

    def condense(self, question: str, before: str) -> str | None:
        """Return a follow-up rephrased to be understood without the question before it."""
        ...

    def choose(self, question: str, before: str, problems: Sequence[Problem]) -> Chosen | None:
        """Return which problems answer a question, and which of their lines to show."""
        ...

    def translate(self, answer: Answer) -> Answer:
        """Return an answer in the asker's language, with each step's original."""
        ...


class Chooser(Protocol):
    """A language model that takes part in decisions; `decides` says when."""

    @property
    def decides(self) -> Decides:
        """When the model chooses the problem that answers (CHAT_DECIDES)."""
        ...

    def session(
        self, question: str, snapshot: str, audience: Audience | None
    ) -> AbstractContextManager[Session]:
        """Return the model for one question, asked by an audience about a snapshot."""
        ...
