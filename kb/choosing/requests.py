"""Requests that end when their time is over.

Providers' clients have time-outs for a single read only. A request here runs on an event loop of
its own thread, where it can be cancelled: the connection is closed, and nobody goes on with it.
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
    """The model took longer than it may."""


def finish(work: Coroutine[Any, Any, T], deadline: float) -> T:
    """Return what comes of some work; raises TooSlow at `deadline` (of time.monotonic)."""
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
