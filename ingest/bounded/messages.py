"""What the two processes say to each other: JSON, and bytes. Neither unpickles anything."""

from __future__ import annotations

import typing
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from ingest.bounded.bounds import Bounds
from ingest.loaders.load import SourceFile
from ingest.sources.files import Said
from kb.model import Frozen

READY = b"ready"
"""What the process that reads sources says first."""

Made = TypeVar("Made")
Make = Callable[[SourceFile, Said], Made]
"""A function of a module that makes something of a source."""


class Request(Frozen):
    """What is to be made of a source. Its bytes, and then those beside it, follow."""

    module: str
    function: str
    path: Path
    said: Said
    has_beside: bool
    seconds: float
    mebibytes: int


class Refusal(Frozen):
    """Why nothing can be made of a source: what a SourceError says."""

    source: str
    reason: str
    covers: str | None = None
    traceback: str | None = None


class Reply(Frozen):
    """What came of a request; unless it was refused, what was made follows as JSON.

    `last` says that the process ends, as it has taken more memory than it should keep.
    """

    refusal: Refusal | None = None
    last: bool = False


def request_for(make: Make[Made], source: SourceFile, said: Said, bounds: Bounds) -> bytes:
    """Return the request to have something made of a source."""
    request = Request(
        module=make.__module__,
        function=make.__name__,
        path=source.path,
        said=said,
        has_beside=source.beside is not None,
        seconds=bounds.seconds,
        mebibytes=bounds.mebibytes,
    )
    # What is not said of a guide is not the same as what is said to be nothing.
    return request.model_dump_json(exclude_unset=True).encode()


def made_by(make: Make[Made]) -> TypeAdapter[Made]:
    """Return what writes and reads, as JSON, what a function makes."""
    return _adapter(make)


@cache
def _adapter(make: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(typing.get_type_hints(make)["return"])
