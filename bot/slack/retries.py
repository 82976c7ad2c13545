"""Retries for calls that are safe to repeat."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from tenacity import (
    before_sleep_log,
    retry,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
)

from bot.slack.errors import is_transient

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Attempts, and seconds between them, doubled each time; chosen by hand.
_TRIES = 4
_FIRST_WAIT_SECONDS = 0.5
_MAX_WAIT_SECONDS = 8


def with_retries(call: Callable[[], T], tries: int = _TRIES) -> T:
    """Return the result of an idempotent call, retried with backoff on transient errors.

    Raises what the last attempt raised.
    """
    attempts = retry(
        retry=retry_if_exception(is_transient),
        stop=stop_after_attempt(tries),
        wait=wait_exponential(multiplier=_FIRST_WAIT_SECONDS, max=_MAX_WAIT_SECONDS),
        before_sleep=before_sleep_log(logger, logging.WARNING),
        reraise=True,
    )
    return attempts(call)()
