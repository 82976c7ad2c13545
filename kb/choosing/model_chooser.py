"""The chooser that asks the language model of the settings."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from langsmith import trace
from pydantic import ValidationError

from kb.choosing import prompt as told
from kb.choosing.assemble import assemble
from kb.choosing.calls import Calls, Outcome, Turn, Unavailable
from kb.choosing.chat_model import open_chat_model
from kb.choosing.chooser import Chosen, Decides
from kb.choosing.condense import is_of
from kb.choosing.injected import speaks_to_models
from kb.choosing.lines import Candidate, Problem, candidates
from kb.choosing.metrics import CALLS, REDUCED, SECONDS
from kb.choosing.store import ModelStore, key_of
from kb.choosing.tracing import tracing
from kb.choosing.translate import Embed, difference, originals_of, with_translations
from kb.model import Answer, Audience, Rendering
from kb.settings import Settings

_MOST_PROBLEMS = 3
_ROOM = 0.7
"""The characters of problems for each token that an answer may take: about half of them."""

FormT = TypeVar("FormT", bound=told.Form)

logger = logging.getLogger(__name__)


class ModelChooser:
    """Asks a language model. Threads may share it."""

    def __init__(self, calls: Calls, embed: Embed) -> None:
        self.calls = calls
        self.embed = embed

    @property
    def decides(self) -> Decides:
        """When the model decides which problem answers."""
        return self.calls.settings.chat_decides

    @contextmanager
    def session(
        self, question: str, snapshot: str, audience: Audience | None
    ) -> Iterator[ModelSession]:
        """Give the model for one question, whose way is one trace if CHAT_TRACING is set."""
        with tracing(self.calls.settings), trace("ask", inputs={"question": question}):
            with ExitStack() as stack:
                # Who may know of all is another audience than the one without a name.
                whose = "everything" if audience is None else f"for {audience}"
                yield ModelSession(self, snapshot, whose, stack)


def open_chooser(settings: Settings, embed: Embed) -> ModelChooser:
    """Return the chooser that the settings name; raises SettingsError if it cannot be had."""
    store = ModelStore(settings.home.model_store)
    return ModelChooser(Calls(open_chat_model(settings), settings, store), embed)


class ModelSession:
    """The model for one question. `outcomes` tell what came of each thing that it was asked."""

    def __init__(
        self, chooser: ModelChooser, snapshot: str, audience: str, stack: ExitStack
    ) -> None:
        self.outcomes: list[tuple[str, Outcome]] = []
        self._chooser = chooser
        self._calls = chooser.calls
        self._snapshot = snapshot
        self._audience = audience
        self._stack = stack
        self._turn: Turn | None = None
        self._refused: Outcome | None = None

    def condense(self, question: str, before: str) -> str | None:
        """Return a question that can be understood without the one before it, if possible.

        Nothing of it is kept, as it is what a person said.
        """
        data = told.questions_data(before, question)
        found = self._asked("condense", told.CONDENSE, data, told.Condensed, kept=False)
        if found is None or not is_of(found.question, question, before):
            return None
        return found.question.strip()

    def choose(self, question: str, before: str, problems: Sequence[Problem]) -> Chosen | None:
        """Return which of some problems answer a question, and with which of their words."""
        among = candidates(problems, self._snapshot)
        room = round(_ROOM * self._calls.settings.chat_answer_tokens) - len(told.CHOOSE)
        data = told.choose_data(question, before, among, room)
        choice = self._asked("choose", told.CHOOSE, data, told.Choice)
        chosen = _chosen(choice, among) if choice else None
        if choice and chosen is None:
            self._note("choose", Outcome.NOTHING_KNOWN)
        return chosen

    def translate(self, answer: Answer) -> Answer:
        """Return an answer in the asker's language, each step over its original.

        A step that differs from its original in what can be compared is left as the guide has it.
        """
        originals = originals_of(answer)
        texts = {
            name: original.text
            for name, original in originals.items()
            if not speaks_to_models(original.text)
        }
        if not texts:
            return answer
        data = told.step_data(texts, answer.language)
        found = self._asked("translate", told.TRANSLATE, data, told.Translation)
        holding: dict[str, str] = {}
        for step in found.steps if found else ():
            if step.id not in texts or step.id in holding:
                continue
            original = originals[step.id]
            differs = difference(original, step.text, answer.language, self._chooser.embed)
            if differs:
                REDUCED.labels(differs.value).inc()
            else:
                holding[step.id] = step.text
        if not holding:
            return answer
        translated = with_translations(answer, holding)
        return translated.model_copy(update={"rendering": Rendering.TRANSLATED})

    def _asked(
        self, task: str, instructions: str, data: str, form: type[FormT], *, kept: bool = True
    ) -> FormT | None:
        """Return what the model says, now or before to the same; None if it says nothing."""
        name = self._calls.settings.chat_model
        key = key_of(name, told.VERSION, task, self._audience, data) if kept else ""
        started = time.monotonic()
        try:
            if key and (before := self._calls.store.recall(self._snapshot, key)):
                self._note(task, Outcome.KEPT)
                return form.model_validate_json(before)
            with trace(task, inputs={"data": data}):
                said = self._opened().ask(instructions, data, form.schema_for_model())
            found = form.model_validate(said)
            if key:
                self._calls.store.remember(self._snapshot, key, found.model_dump_json())
        except Unavailable as error:
            self._failed(task, error.outcome)
            return None
        except ValidationError:
            self._failed(task, Outcome.MALFORMED)
            return None
        except sqlite3.Error as error:
            logger.error("%s cannot be used: %s", self._calls.settings.home.model_store, error)
            self._failed(task, Outcome.FAILED)
            return None
        finally:
            SECONDS.labels(task).observe(time.monotonic() - started)
        self._note(task, Outcome.DONE)
        return found

    def _opened(self) -> Turn:
        """Return the turn of this question; raises Unavailable, each time if once."""
        if self._refused:
            raise Unavailable(self._refused)
        if self._turn is None:
            try:
                self._turn = self._stack.enter_context(self._calls.turn())
            except Unavailable as error:
                self._refused = error.outcome
                raise
        return self._turn

    def _failed(self, task: str, outcome: Outcome) -> None:
        self._note(task, outcome)
        if outcome not in (Outcome.MALFORMED, Outcome.TOO_LONG):
            self._refused = outcome

    def _note(self, task: str, outcome: Outcome) -> None:
        self.outcomes.append((task, outcome))
        CALLS.labels(task, outcome.value).inc()


def _chosen(choice: told.Choice, among: Sequence[Candidate]) -> Chosen | None:
    """Return what was chosen; ids that are not there are passed over. None, if nothing is left."""
    if choice.decision is told.Decided.NONE:
        return Chosen(told.Decided.NONE)
    position = {candidate.id: number for number, candidate in enumerate(among)}
    lines = {line.id: position[each.id] for each in among for line in each.lines}
    named = [position[name] for name in choice.problems if name in position]
    # A line speaks for its problem, if none is named.
    named = named or [lines[name] for name in choice.lines if name in lines]
    problems = tuple(dict.fromkeys(named))[:_MOST_PROBLEMS]
    if choice.decision is told.Decided.ASK and len(problems) > 1:
        return Chosen(told.Decided.ASK, problems)
    if choice.decision is not told.Decided.ANSWER or not problems:
        return None
    composed = tuple(assemble(among[number], set(choice.lines)) for number in problems)
    return Chosen(told.Decided.ANSWER, problems, composed)
