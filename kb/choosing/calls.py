"""Calls to the language model, within limits on time, tokens, cost and concurrency."""

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

from kb.choosing.chat_model import OUTPUT_SHARE
from kb.choosing.metrics import COST, TOKENS
from kb.choosing.reply import Malformed, StreamedReply
from kb.choosing.requests import TooSlow, finish
from kb.choosing.store import ModelStore
from kb.choosing.tracing import tracing
from kb.settings import Settings

# Chosen by hand: after this many failures in a row, the model is not called for this long.
_FAILURES = 3
_PAUSE_SECONDS = 60
# At most, whatever Retry-After says.
_MAX_PAUSE_SECONDS = 600
_MILLION = 1e6
CHARACTERS_PER_TOKEN = 1.5
"""For estimates. Low, because Japanese has about one token per character. Chosen by hand."""
# For cutting off a reply. High, so that no reply within its tokens is cut off. Chosen by hand.
_MAX_CHARACTERS_PER_TOKEN = 8
# One retry: the answer without the model is not worth a longer wait. Chosen by hand.
_TRIES = 2
_TOO_MANY_REQUESTS = 429

logger = logging.getLogger(__name__)


class CallOutcome(StrEnum):
    """How a task for the model ended; the values are labels of guidebot_model_calls."""

    DONE = "done"
    CACHED = "cached"
    """Answered from the cache."""
    BUSY = "busy"
    """CHAT_CONCURRENCY questions are already using the model."""
    PAUSED = "paused"
    """The circuit breaker is open, or the provider asked for a pause."""
    SPENT = "spent"
    """The day's tokens or cost are used up."""
    TOO_LONG = "too_long"
    """The question's remaining tokens are too few."""
    SLOW = "slow"
    LIMITED = "limited"
    """The provider's rate limit was hit."""
    FAILED = "failed"
    MALFORMED = "malformed"
    NOTHING_KNOWN = "nothing_known"
    """The reply named no known problem."""


class Unavailable(Exception):
    """The model gave no usable reply; the answer without it is sent."""

    def __init__(self, outcome: CallOutcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def _is_failure(kind: type[BaseException], _: BaseException) -> bool:
    """Whether the provider failed; malformed JSON comes from one that is up."""
    return issubclass(kind, Exception) and not issubclass(kind, Malformed)


class Calls:
    """Calls the model. Threads may share it.

    A circuit breaker pauses calls after several failures in a row; so does a provider's rate limit.
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
        self._paused_until = 0.0
        self._pause_seconds = pause_seconds
        self._slots = threading.BoundedSemaphore(settings.chat_concurrency)

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        """Take a slot for one question's requests; raises Unavailable if there is none."""
        if self.breaker.opened or time.monotonic() < self._paused_until:
            raise Unavailable(CallOutcome.PAUSED)
        if self._is_spent():
            raise Unavailable(CallOutcome.SPENT)
        if not self._slots.acquire(blocking=False):
            raise Unavailable(CallOutcome.BUSY)
        exchange = Exchange(self)
        try:
            with tracing(self.settings):
                yield exchange
        finally:
            self._slots.release()
            self._account(exchange)

    def back_off(self, error: Exception) -> None:
        """Pause for as long as a rate-limit error's Retry-After header says."""
        headers = getattr(getattr(error, "response", None), "headers", {})
        try:
            seconds = float(headers.get("retry-after", ""))
        except ValueError:
            seconds = self._pause_seconds
        self.pause(min(max(seconds, 0.0), _MAX_PAUSE_SECONDS))

    def pause(self, seconds: float) -> None:
        """Make no calls for some seconds."""
        self._paused_until = time.monotonic() + seconds

    def _is_spent(self) -> bool:
        limits = (self.settings.chat_day_tokens, self.settings.chat_day_cost)
        spent = self.store.spent_today() if any(limits) else (0, 0.0)
        return any(limit and used >= limit for limit, used in zip(limits, spent, strict=True))

    def _account(self, exchange: Exchange) -> None:
        read, wrote = exchange.used
        price = (self.settings.chat_input_price, self.settings.chat_output_price)
        cost = (read * price[0] + wrote * price[1]) / _MILLION
        if read or wrote:
            TOKENS.labels("read").inc(read)
            TOKENS.labels("written").inc(wrote)
            COST.inc(cost)
            self.store.spend(read + wrote, cost)


class _Attempt:
    """One request, and the tokens it used."""

    def __init__(self, size: int, max_characters: int) -> None:
        self.handler = UsageMetadataCallbackHandler()
        self.reply = StreamedReply(max_characters)
        self._size = size

    @property
    def used(self) -> tuple[int, int]:
        """The tokens read and written; estimated if the provider does not report them."""
        usage = list(self.handler.usage_metadata.values())
        read = sum(each["input_tokens"] for each in usage)
        wrote = sum(each["output_tokens"] for each in usage)
        return read or self._size, wrote or round(self.reply.size / CHARACTERS_PER_TOKEN)


class Exchange:
    """The requests for one question, which share its time and tokens."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._deadline = time.monotonic() + calls.settings.chat_timeout
        self._attempts: list[_Attempt] = []

    @property
    def used(self) -> tuple[int, int]:
        """The tokens read and written, over all attempts."""
        used = [each.used for each in self._attempts]
        return sum(read for read, _ in used), sum(wrote for _, wrote in used)

    def ask(self, instructions: str, data: str, schema: dict[str, Any]) -> Any:
        """Return the model's reply, a JSON value meant to match `schema` but not yet validated.

        A transient failure is retried once in the time that is left. Raises Unavailable.
        """
        messages = [SystemMessage(instructions), HumanMessage(data)]
        for number in range(1, _TRIES + 1):
            attempt = self._begin(messages)
            try:
                with self._calls.breaker:
                    finish(self._receive(messages, schema, attempt), self._deadline)
                    return attempt.reply.parsed()
            except TooSlow:
                raise Unavailable(CallOutcome.SLOW) from None
            except Malformed as error:
                raise Unavailable(CallOutcome.MALFORMED) from error
            except Exception as error:
                # Providers' errors have no common base, and their messages may quote the question.
                logger.warning("The chat model failed: %s", type(error).__name__)
                if _status(error) == _TOO_MANY_REQUESTS:
                    self._calls.back_off(error)
                    raise Unavailable(CallOutcome.LIMITED) from error
                if number == _TRIES or not _is_transient(error):
                    raise Unavailable(CallOutcome.FAILED) from error
        raise AssertionError("unreachable")

    def _begin(self, messages: list[BaseMessage]) -> _Attempt:
        """Return a new attempt; raises Unavailable if too few tokens are left for it."""
        limit = self._calls.settings.chat_answer_tokens
        size = count_tokens_approximately(messages, chars_per_token=CHARACTERS_PER_TOKEN)
        if sum(self.used) + size + limit // OUTPUT_SHARE > limit:
            raise Unavailable(CallOutcome.TOO_LONG)
        attempt = _Attempt(size, _MAX_CHARACTERS_PER_TOKEN * (limit // OUTPUT_SHARE))
        self._attempts.append(attempt)
        return attempt

    async def _receive(
        self, messages: list[BaseMessage], schema: dict[str, Any], attempt: _Attempt
    ) -> None:
        config: Any = {"callbacks": [attempt.handler], "run_name": schema["title"]}
        async for chunk in self._bound(schema).astream(messages, config):
            if isinstance(chunk, AIMessage):
                attempt.reply.add(chunk)

    def _bound(self, schema: dict[str, Any]) -> Runnable[Any, Any]:
        """Return the model bound to a schema, without LangChain's parser: `ask` parses once."""
        model, method = self._calls.model, self._calls.settings.chat_output
        if method == "llama_cpp":
            # These servers take a schema with JSON mode; LangChain cannot read their streamed tool
            # calls.
            return model.bind(response_format={"type": "json_object", "schema": schema})
        options: dict[str, Any] = {"method": method} if method else {}
        structured = model.with_structured_output(schema, **options)
        return structured.first if isinstance(structured, RunnableSequence) else model


def _status(error: Exception) -> int | None:
    """Return the HTTP status of a provider's error, if it has one."""
    found = getattr(error, "status_code", None) or getattr(error, "code", None)
    return found if isinstance(found, int) else None


def _is_transient(error: Exception) -> bool:
    """Whether the same request may succeed if it is repeated."""
    status = _status(error)
    return status is None or status >= 500
