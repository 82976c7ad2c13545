"""Calls to the language model, within what they may take: time, tokens, money, places."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from circuitbreaker import CircuitBreaker
from langchain_core.callbacks import UsageMetadataCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.runnables import Runnable, RunnableSequence

from kb.choosing.metrics import COST, TOKENS
from kb.choosing.reply import Malformed, Reply
from kb.choosing.requests import TooSlow, finish
from kb.choosing.store import ModelStore
from kb.choosing.tracing import tracing
from kb.settings import Settings

_FAILURES = 3
_PAUSE_SECONDS = 60
_LONGEST_PAUSE = 600
_MILLION = 1e6
# Low, because Japanese has about a token a character.
_CHARACTERS_PER_TOKEN = 1.5
_MOST_CHARACTERS_PER_TOKEN = 8
_FOR_OUTPUT = 4
_TRIES = 2
_TOO_MANY_REQUESTS = 429

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What came of what the model was asked for."""

    DONE = "done"
    KEPT = "kept"
    BUSY = "busy"
    PAUSED = "paused"
    SPENT = "spent"
    TOO_LONG = "too_long"
    SLOW = "slow"
    LIMITED = "limited"
    FAILED = "failed"
    MALFORMED = "malformed"
    NOTHING_KNOWN = "nothing_known"


class Unavailable(Exception):
    """The model has nothing to say; what is answered without one is sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def _is_failure(kind: type[BaseException], _: BaseException) -> bool:
    """Whether it is the provider that failed; bad JSON comes from one that is up."""
    return issubclass(kind, Exception) and not issubclass(kind, Malformed)


class Calls:
    """Asks the model. Threads may share it.

    After some failures in a row, or when the provider wants fewer requests, it is left alone for a
    while (a circuit breaker).
    """

    def __init__(
        self,
        model: BaseChatModel,
        settings: Settings,
        store: ModelStore,
        pause_seconds: float = _PAUSE_SECONDS,
    ) -> None:
        self.model = model
        self.settings = settings
        self.store = store
        self.breaker = CircuitBreaker(
            _FAILURES, pause_seconds, expected_exception=_is_failure, name="chat model"
        )
        self._left_alone_until = 0.0
        self._pause_seconds = pause_seconds
        self._places = threading.BoundedSemaphore(settings.chat_concurrency)

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Give a place to work on one question; raises Unavailable if there is none."""
        if self.breaker.opened or time.monotonic() < self._left_alone_until:
            raise Unavailable(Outcome.PAUSED)
        if self._is_spent():
            raise Unavailable(Outcome.SPENT)
        if not self._places.acquire(blocking=False):
            raise Unavailable(Outcome.BUSY)
        turn = Turn(self)
        try:
            with tracing(self.settings):
                yield turn
        finally:
            self._places.release()
            self._account(turn)

    def leave_alone(self, error: Exception) -> None:
        """Ask nothing until the provider says that it may be asked again."""
        headers = getattr(getattr(error, "response", None), "headers", {})
        try:
            seconds = float(headers.get("retry-after", ""))
        except ValueError:
            seconds = self._pause_seconds
        self.pause(min(max(seconds, 0.0), _LONGEST_PAUSE))

    def pause(self, seconds: float) -> None:
        """Ask nothing for a while."""
        self._left_alone_until = time.monotonic() + seconds

    def _is_spent(self) -> bool:
        limits = (self.settings.chat_day_tokens, self.settings.chat_day_cost)
        spent = self.store.spent_today() if any(limits) else (0, 0.0)
        return any(limit and used >= limit for limit, used in zip(limits, spent, strict=True))

    def _account(self, turn: Turn) -> None:
        read, wrote = turn.used
        price = (self.settings.chat_input_price, self.settings.chat_output_price)
        cost = (read * price[0] + wrote * price[1]) / _MILLION
        if read or wrote:
            TOKENS.labels("read").inc(read)
            TOKENS.labels("written").inc(wrote)
            COST.inc(cost)
            self.store.spend(read + wrote, cost)


class _Try:
    """One request, and what it took."""

    def __init__(self, size: int, most: int) -> None:
        self.handler = UsageMetadataCallbackHandler()
        self.reply = Reply(most)
        self._size = size

    @property
    def used(self) -> tuple[int, int]:
        """The tokens read and written; guessed where the provider does not tell."""
        told = list(self.handler.usage_metadata.values())
        read = sum(each["input_tokens"] for each in told)
        wrote = sum(each["output_tokens"] for each in told)
        return read or self._size, wrote or round(self.reply.size / _CHARACTERS_PER_TOKEN)


class Turn:
    """The requests for one question, which share its time and tokens."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._deadline = time.monotonic() + calls.settings.chat_timeout
        self._tries: list[_Try] = []

    @property
    def used(self) -> tuple[int, int]:
        """The tokens read and written, by all tries."""
        used = [each.used for each in self._tries]
        return sum(read for read, _ in used), sum(wrote for _, wrote in used)

    def ask(self, instructions: str, data: str, schema: dict[str, Any]) -> Any:
        """Return what the model answers in the form of a JSON schema.

        What fails at once is tried once more in what is left of the time. Raises Unavailable.
        """
        messages = [SystemMessage(instructions), HumanMessage(data)]
        for number in range(1, _TRIES + 1):
            attempt = self._begin(messages)
            try:
                with self._calls.breaker:
                    finish(self._receive(messages, schema, attempt), self._deadline)
                    return attempt.reply.parsed()
            except TooSlow:
                raise Unavailable(Outcome.SLOW) from None
            except Malformed as error:
                raise Unavailable(Outcome.MALFORMED) from error
            except Exception as error:
                # The providers' errors have nothing in common. Their texts may quote the question.
                logger.warning("The chat model failed: %s", type(error).__name__)
                if _status(error) == _TOO_MANY_REQUESTS:
                    self._calls.leave_alone(error)
                    raise Unavailable(Outcome.LIMITED) from error
                if number == _TRIES or not _may_pass(error):
                    raise Unavailable(Outcome.FAILED) from error
        raise AssertionError("unreachable")

    def _begin(self, messages: list[BaseMessage]) -> _Try:
        """Return a new try; raises Unavailable if there are not enough tokens for it."""
        limit = self._calls.settings.chat_answer_tokens
        size = count_tokens_approximately(messages, chars_per_token=_CHARACTERS_PER_TOKEN)
        if sum(self.used) + size + limit // _FOR_OUTPUT > limit:
            raise Unavailable(Outcome.TOO_LONG)
        attempt = _Try(size, _MOST_CHARACTERS_PER_TOKEN * (limit // _FOR_OUTPUT))
        self._tries.append(attempt)
        return attempt

    async def _receive(
        self, messages: list[BaseMessage], schema: dict[str, Any], attempt: _Try
    ) -> None:
        config: Any = {"callbacks": [attempt.handler], "run_name": schema["title"]}
        async for chunk in self._bound(schema).astream(messages, config):
            if isinstance(chunk, AIMessage):
                attempt.reply.add(chunk)

    def _bound(self, schema: dict[str, Any]) -> Runnable[Any, Any]:
        """Return the model, bound to a form; what it says is parsed here, whole and only once."""
        model, method = self._calls.model, self._calls.settings.chat_output
        if method == "llama_cpp":
            # Its servers bind JSON mode to a schema; their streamed tools LangChain cannot read.
            return model.bind(response_format={"type": "json_object", "schema": schema})
        options: dict[str, Any] = {"method": method} if method else {}
        structured = model.with_structured_output(schema, **options)
        return structured.first if isinstance(structured, RunnableSequence) else model


def _status(error: Exception) -> int | None:
    """Return the HTTP status that a provider refused with, if it did."""
    found = getattr(error, "status_code", None) or getattr(error, "code", None)
    return found if isinstance(found, int) else None


def _may_pass(error: Exception) -> bool:
    """Whether the same request may go well the next time."""
    status = _status(error)
    return status is None or status >= 500
