"""The protocol between the two processes: JSON and raw bytes. Neither side unpickles anything."""

from __future__ import annotations

import typing
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from ingest.bounded.bounds import Bounds
from ingest.source import Source, SourceFile
from kb.model import Frozen

READY = b"ready"
"""The first message of the process that reads sources."""

Made = TypeVar("Made")
Make = Callable[[SourceFile], Made]
"""A module-level function that makes something of a source."""


class Request(Frozen):
    """What to make of a source. The source's bytes follow, then those of its side file."""

    module: str
    function: str
    source: Source
    has_beside: bool
    seconds: float
    mebibytes: int


class SourceErrorFields(Frozen):
    """Why nothing can be made of a source: the fields of a SourceError."""

    source: str
    reason: str
    covers: str | None = None
    traceback: str | None = None


class Response(Frozen):
    """The reply to a request; unless it was refused, the result follows as JSON.

    `last` means that the process exits because it holds more memory than it should keep.
    """

    refusal: SourceErrorFields | None = None
    last: bool = False


def request_for(make: Make[Made], file: SourceFile, bounds: Bounds) -> bytes:
    """Return the serialized request to make something of a source."""
    request = Request(
        module=make.__module__,
        function=make.__name__,
        source=file.source,
        has_beside=file.beside is not None,
        seconds=bounds.seconds,
        mebibytes=bounds.mebibytes,
    )
    # A key that is missing is not the same as a key that is set to nothing.
    return request.model_dump_json(exclude_unset=True).encode()


def made_by(make: Make[Made]) -> TypeAdapter[Made]:
    """Return the adapter that serializes a function's result to JSON and back."""
    return _adapter(make)


@cache
def _adapter(make: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(typing.get_type_hints(make)["return"])
