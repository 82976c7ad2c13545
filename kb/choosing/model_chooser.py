"""The chooser backed by the language model of the settings."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from langsmith import trace
from pydantic import ValidationError

from kb.answer.decide import CHOICES
from kb.choosing import prompt
from kb.choosing.assemble import assemble
from kb.choosing.calls import CallOutcome, Calls, Exchange, Unavailable
from kb.choosing.chat_model import open_chat_model
from kb.choosing.chooser import Chosen, Decides
from kb.choosing.condense import is_faithful
from kb.choosing.injected import speaks_to_models
from kb.choosing.lines import Candidate, candidates
from kb.choosing.metrics import CALLS, REDUCED, SECONDS
from kb.choosing.store import ModelStore, key_of
from kb.choosing.tracing import tracing
from kb.choosing.translate import Embed, difference, originals_of, with_translations
from kb.model import Answer, Audience, Problem, Rendering
from kb.settings import Settings

# As many as a person can choose from.
_MAX_PROBLEMS = CHOICES

# Characters of problems per token of CHAT_ANSWER_TOKENS. At 1.5 characters per token
# (kb.choosing.calls) they take about half of the tokens, which leaves room for the reply and a
# second look.
_PROBLEM_CHARACTERS_PER_BUDGET_TOKEN = 0.7

FormT = TypeVar("FormT", bound=prompt.Form)

logger = logging.getLogger(__name__)


class ModelChooser:
    """Chooses with a language model. Threads may share it."""

    def __init__(self, calls: Calls, embed: Embed) -> None:
        self.calls = calls
        self.embed = embed

    @property
    def decides(self) -> Decides:
        """When the model chooses the problem that answers (CHAT_DECIDES)."""
        return self.calls.settings.chat_decides

    @contextmanager
    def session(
        self, question: str, snapshot: str, audience: Audience | None
    ) -> Iterator[ModelSession]:
        """Open a session for one question; with CHAT_TRACING, everything in it is one trace."""
        with tracing(self.calls.settings), trace("ask", inputs={"question": question}):
            with ExitStack() as stack:
                # Distinct for None, which may see every guide, so that caches are not shared.
                whose = "everything" if audience is None else f"for {audience}"
                yield ModelSession(self, snapshot, whose, stack)


def open_chooser(settings: Settings, embed: Embed) -> ModelChooser:
    """Return the chooser for CHAT_MODEL; raises SettingsError if it cannot be set up.

    `embed` returns the embeddings of texts, for comparing translations with their originals.
    """
    store = ModelStore(settings.home.model_store)
    return ModelChooser(Calls(open_chat_model(settings), settings, store), embed)


class ModelSession:
    """The model for one question. `outcomes` lists each task with how it ended."""

    def __init__(
        self, chooser: ModelChooser, snapshot: str, audience: str, stack: ExitStack
    ) -> None:
        self.outcomes: list[tuple[str, CallOutcome]] = []
        self._chooser = chooser
        self._calls = chooser.calls
        self._snapshot = snapshot
        self._audience = audience
        self._stack = stack
        self._exchange: Exchange | None = None
        self._refused: CallOutcome | None = None

    def condense(self, question: str, before: str) -> str | None:
        """Return a follow-up rephrased to be understood without the question before it.

        None if the model fails, or adds anything to the two questions. Nothing is cached, because
        it is what a person wrote.
        """
        data = prompt.questions_data(before, question)
        found = self._ask("condense", prompt.CONDENSE, data, prompt.Condensed, cached=False)
        if found is None or not is_faithful(found.question, question, before):
            return None
        return found.question.strip()

    def choose(self, question: str, before: str, problems: Sequence[Problem]) -> Chosen | None:
        """Return which problems answer a question, and which of their lines; None on failure."""
        among = candidates(problems, self._snapshot)
        tokens = self._calls.settings.chat_answer_tokens
        room = round(_PROBLEM_CHARACTERS_PER_BUDGET_TOKEN * tokens) - len(prompt.CHOOSE)
        data = prompt.choose_data(question, before, among, room)
        choice = self._ask("choose", prompt.CHOOSE, data, prompt.Choice)
        chosen = _chosen(choice, among) if choice else None
        if choice and chosen is None:
            self._note("choose", CallOutcome.NOTHING_KNOWN)
        return chosen

    def translate(self, answer: Answer) -> Answer:
        """Return an answer in the asker's language, with each step's original.

        A step whose translation verifiably differs from its original is left untranslated.
        """
        originals = originals_of(answer)
        texts = {
            name: original.text
            for name, original in originals.items()
            if not speaks_to_models(original.text)
        }
        if not texts:
            return answer
        data = prompt.step_data(texts, answer.language)
        found = self._ask("translate", prompt.TRANSLATE, data, prompt.Translation)
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

    def _ask(
        self, task: str, instructions: str, data: str, form: type[FormT], *, cached: bool = True
    ) -> FormT | None:
        """Return the model's reply, from the cache if possible; None on failure."""
        name = self._calls.settings.chat_model
        key = key_of(name, prompt.VERSION, task, self._audience, data) if cached else ""
        started = time.monotonic()
        try:
            if key and (before := self._calls.store.recall(self._snapshot, key)):
                self._note(task, CallOutcome.CACHED)
                return form.model_validate_json(before)
            with trace(task, inputs={"data": data}):
                reply = self._opened().ask(instructions, data, form.schema_for_model())
            found = form.model_validate(reply)
            if key:
                self._calls.store.remember(self._snapshot, key, found.model_dump_json())
        except Unavailable as error:
            self._failed(task, error.outcome)
            return None
        except ValidationError:
            self._failed(task, CallOutcome.MALFORMED)
            return None
        except sqlite3.Error as error:
            logger.error("%s cannot be used: %s", self._calls.settings.home.model_store, error)
            self._failed(task, CallOutcome.FAILED)
            return None
        finally:
            SECONDS.labels(task).observe(time.monotonic() - started)
        self._note(task, CallOutcome.DONE)
        return found

    def _opened(self) -> Exchange:
        """Return this question's exchange; raises Unavailable, and again once it did."""
        if self._refused:
            raise Unavailable(self._refused)
        if self._exchange is None:
            try:
                self._exchange = self._stack.enter_context(self._calls.exchange())
            except Unavailable as error:
                self._refused = error.outcome
                raise
        return self._exchange

    def _failed(self, task: str, outcome: CallOutcome) -> None:
        self._note(task, outcome)
        if outcome not in (CallOutcome.MALFORMED, CallOutcome.TOO_LONG):
            self._refused = outcome

    def _note(self, task: str, outcome: CallOutcome) -> None:
        self.outcomes.append((task, outcome))
        CALLS.labels(task, outcome.value).inc()


def _chosen(choice: prompt.Choice, among: Sequence[Candidate]) -> Chosen | None:
    """Return what was chosen, ignoring unknown ids; None if nothing is left."""
    if choice.decision is prompt.Decided.NONE:
        return Chosen(prompt.Decided.NONE)
    position = {candidate.id: number for number, candidate in enumerate(among)}
    lines = {line.id: position[each.id] for each in among for line in each.lines}
    named = [position[name] for name in choice.problems if name in position]
    # If no problem is named, the lines tell which one is meant.
    named = named or [lines[name] for name in choice.lines if name in lines]
    problems = tuple(dict.fromkeys(named))[:_MAX_PROBLEMS]
    if choice.decision is prompt.Decided.ASK and len(problems) > 1:
        return Chosen(prompt.Decided.ASK, problems)
    if choice.decision is not prompt.Decided.ANSWER or not problems:
        return None
    composed = tuple(assemble(among[number], set(choice.lines)) for number in problems)
    return Chosen(prompt.Decided.ANSWER, problems, composed)
