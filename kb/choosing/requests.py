"""Requests with a deadline.

Providers' clients have timeouts for a single read only. Here a request runs on an event loop in a
thread of its own, where it can be cancelled, which closes the connection.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


class TooSlow(Exception):
    """The deadline has passed."""


def finish(work: Coroutine[Any, Any, T], deadline: float) -> T:
    """Return the coroutine's result; raises TooSlow at `deadline` (by time.monotonic)."""
    running = asyncio.run_coroutine_threadsafe(work, _loop())
    try:
        return running.result(timeout=max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        raise TooSlow from None
    finally:
        running.cancel()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat model", daemon=True).start()
    return loop
