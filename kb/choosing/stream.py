"""What a model writes, taken apart while it is being written."""

from __future__ import annotations

import contextvars
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

T = TypeVar("T")
StepT = TypeVar("StepT", bound=BaseModel)


class TooSlow(Exception):
    """The model took longer than it may."""


class Malformed(Exception):
    """The model gave something that is not in the form asked for."""


def within(items: Iterable[T], deadline: float) -> Iterator[T]:
    """Yield the items as they come, until `deadline` (of time.monotonic).

    Raises TooSlow then. Whoever gives the items is left alone with the rest: providers' own
    time-outs hold only for a single read.
    """
    found: queue.Queue[tuple[str, Any]] = queue.Queue()
    context = contextvars.copy_context()
    stopped = threading.Event()

    def read() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    return
                found.put(("item", item))
            found.put(("end", None))
        except Exception as error:
            found.put(("error", error))

    threading.Thread(target=context.run, args=(read,), daemon=True).start()
    try:
        while True:
            try:
                kind, value = found.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise TooSlow from None
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value
    finally:
        stopped.set()


def finished_steps(parsed: Iterable[object], form: type[StepT]) -> Iterator[StepT]:
    """Yield each step once it is whole, from what is parsed of the JSON so far.

    A step is whole when another begins, or when what stands after the last one is there: one
    that was cut off may lack its "unless". Raises Malformed if a step is not in its form, or if
    nothing was.
    """
    given = 0
    done = False
    for value in parsed:
        if not isinstance(value, dict):
            continue
        steps = value.get("steps")
        if not isinstance(steps, list):
            continue
        done = "done" in value
        for step in steps[given : len(steps) if done else len(steps) - 1]:
            try:
                yield form.model_validate(step)
            except ValidationError as error:
                raise Malformed(f"a step is not in its form: {error.errors()[0]['msg']}") from error
            given += 1
    if not done and not given:
        raise Malformed("there are no steps in it")
