"""Calls to the language model, within what they may take: time, tokens, money, places."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from typing import Any

from circuitbreaker import CircuitBreaker
from langchain_core.callbacks import UsageMetadataCallbackHandler
from langchain_core.exceptions import OutputParserException
from langchain_core.language_models import BaseChatModel
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.output_parsers import JsonOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableGenerator

from kb.choosing.metrics import COST, TOKENS
from kb.choosing.store import WrittenStore
from kb.choosing.stream import Malformed, StepT, TooSlow, finished_steps, within
from kb.choosing.tracing import tracing
from kb.settings import Settings

_FAILURES = 3
_PAUSE_SECONDS = 60
_MILLION = 1e6
# Low, because Japanese has about a token a character.
_CHARACTERS_PER_TOKEN = 1.5
_FOR_OUTPUT = 4

# JSON that is nested a thousand times is too much for the parser.
_BAD_OUTPUT = (Malformed, OutputParserException, RecursionError)

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What came of an answer that the model was to write."""

    WRITTEN = "written"
    TRANSLATED = "translated"
    KEPT = "kept"
    BUSY = "busy"
    PAUSED = "paused"
    SPENT = "spent"
    TOO_LONG = "too_long"
    SLOW = "slow"
    FAILED = "failed"
    MALFORMED = "malformed"
    TOO_LITTLE = "too_little"


class Unavailable(Exception):
    """There is no written answer; the guide's own words are sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def _is_failure(kind: type[BaseException], _: BaseException) -> bool:
    """Whether it is the provider that failed; bad JSON comes from one that is up."""
    return issubclass(kind, Exception) and not issubclass(kind, _BAD_OUTPUT)


class Calls:
    """Asks the model. Threads may share it.

    After some failures in a row it is left alone for a while (a circuit breaker).
    """

    def __init__(
        self,
        model: BaseChatModel,
        settings: Settings,
        store: WrittenStore,
        pause_seconds: float = _PAUSE_SECONDS,
    ) -> None:
        self.model = model
        self.settings = settings
        self.store = store
        self.breaker = CircuitBreaker(
            _FAILURES, pause_seconds, expected_exception=_is_failure, name="chat model"
        )
        self._places = threading.BoundedSemaphore(settings.chat_concurrency)

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Give a place to write one answer; raises Unavailable if there is none."""
        if self.breaker.opened:
            raise Unavailable(Outcome.PAUSED)
        if self._is_spent():
            raise Unavailable(Outcome.SPENT)
        if not self._places.acquire(blocking=False):
            raise Unavailable(Outcome.BUSY)
        turn = Turn(self)
        try:
            with tracing(self.settings):
                yield turn
        except Malformed as error:
            raise Unavailable(Outcome.MALFORMED) from error
        finally:
            self._places.release()
            self._account(turn)

    def _is_spent(self) -> bool:
        limits = (self.settings.chat_day_tokens, self.settings.chat_day_cost)
        spent = self.store.spent_today() if any(limits) else (0, 0.0)
        return any(limit and used >= limit for limit, used in zip(limits, spent, strict=True))

    def _account(self, turn: Turn) -> None:
        read, wrote = turn.used
        price = (self.settings.chat_input_price, self.settings.chat_output_price)
        turn.cost = (read * price[0] + wrote * price[1]) / _MILLION
        if read or wrote:
            TOKENS.labels("read").inc(read)
            TOKENS.labels("written").inc(wrote)
            COST.inc(turn.cost)
            self.store.spend(read + wrote, turn.cost)


class Turn:
    """The calls for one answer, which share its time and tokens."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._deadline = time.monotonic() + calls.settings.chat_timeout
        self._usage: list[tuple[UsageMetadataCallbackHandler, int, list[int]]] = []
        self.cost = 0.0

    @property
    def used(self) -> tuple[int, int]:
        """The tokens read and written; guessed where the provider does not tell."""
        read = wrote = 0
        for handler, guess_read, guess_wrote in self._usage:
            told = list(handler.usage_metadata.values())
            read += sum(each["input_tokens"] for each in told) or guess_read
            wrote += sum(each["output_tokens"] for each in told) or guess_wrote[0]
        return read, wrote

    def steps(
        self,
        prompt: ChatPromptTemplate,
        values: Mapping[str, str],
        schema: dict[str, Any],
        form: type[StepT],
    ) -> Iterator[StepT]:
        """Yield the model's steps as they become whole.

        Raises Unavailable if it fails or takes too long, Malformed if it writes something else.
        """
        finished = RunnableGenerator(partial(finished_steps, form=form))
        yield from self._stream(prompt, values, self._structured(schema) | finished)

    def parsed(
        self, prompt: ChatPromptTemplate, values: Mapping[str, str], schema: dict[str, Any]
    ) -> object:
        """Return what the model answers in the form of `schema`; raises as `steps` does."""
        *_, found = None, *self._stream(prompt, values, self._structured(schema))
        return found

    def _structured(self, schema: dict[str, Any]) -> Runnable[Any, Any]:
        method = self._calls.settings.chat_output
        if method == "llama_cpp":
            # Its servers bind JSON mode to a schema; their streamed tools LangChain cannot read.
            form = {"type": "json_object", "schema": schema}
            return self._calls.model.bind(response_format=form) | JsonOutputParser()
        options: dict[str, Any] = {"method": method} if method else {}
        return self._calls.model.with_structured_output(schema, **options)

    def _stream(
        self, prompt: ChatPromptTemplate, values: Mapping[str, str], rest: Runnable[Any, Any]
    ) -> Iterator[Any]:
        messages = prompt.format_messages(**values)
        size = count_tokens_approximately(messages, chars_per_token=_CHARACTERS_PER_TOKEN)
        limit = self._calls.settings.chat_answer_tokens
        if sum(self.used) + size + limit // _FOR_OUTPUT > limit:
            raise Unavailable(Outcome.TOO_LONG)
        handler = UsageMetadataCallbackHandler()
        wrote = [0]
        self._usage.append((handler, size, wrote))
        chain: Runnable[Any, Any] = prompt | rest
        asked = chain.stream(dict(values), config={"callbacks": [handler], "run_name": "write"})
        try:
            with self._calls.breaker:
                for item in within(asked, self._deadline):
                    wrote[0] += round(len(str(item)) / _CHARACTERS_PER_TOKEN)
                    yield item
        except TooSlow:
            raise Unavailable(Outcome.SLOW) from None
        except _BAD_OUTPUT as error:
            raise Malformed(str(error)) from error
        except Exception as error:
            # The providers' errors have nothing in common. Their texts may quote the question.
            logger.warning("The chat model failed: %s", type(error).__name__)
            raise Unavailable(Outcome.FAILED) from error
