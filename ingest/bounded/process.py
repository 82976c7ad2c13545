"""The process that reads sources: takes requests one after the other until its pipe is closed."""

from __future__ import annotations

import importlib
import os
import queue
import resource
import signal
import threading
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from ingest.bounded.messages import READY, Refusal, Reply, Request, made_by
from ingest.errors import SourceError, unreadable
from ingest.loaders.load import SourceFile

_MIB = 1024 * 1024
_WORN = 512 * _MIB
"""With so much memory in use, a process makes way for a fresh one."""
_GRACE_SECONDS = 5
_TAKEN, _IN_USE = 0, 1  # columns of /proc/self/statm, in pages
_MOST_MADE = 100_000_000


def serve(pipe: int) -> None:
    """Answer requests that come through the pipe with this number.

    Ctrl-C is for the process that asks, which ends this one; if it is gone, this one ends, too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = Connection(pipe)
    parts: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, parts), daemon=True).start()
    # What nearly all requests need is no part of the time of the first.
    importlib.import_module("ingest.reading")
    connection.send_bytes(READY)
    while True:
        request = Request.model_validate_json(parts.get())
        source = SourceFile(request.path, parts.get(), parts.get() if request.has_beside else None)
        _bound(request)
        refusal, made = _make(request, source)
        signal.setitimer(signal.ITIMER_REAL, 0)
        last = _memory(_IN_USE) > _WORN
        connection.send_bytes(Reply(refusal=refusal, last=last).model_dump_json().encode())
        if refusal is None:
            connection.send_bytes(made)
        del source, made


def _listen(connection: Connection, parts: queue.SimpleQueue[bytes]) -> None:
    while True:
        try:
            parts.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)


def _bound(request: Request) -> None:
    """Bound what reading takes from here on.

    The process that asks ends this one at the deadline. The system does, a little later, if that
    one is gone: nobody has to be heard for it.
    """
    signal.setitimer(signal.ITIMER_REAL, request.seconds + _GRACE_SECONDS)
    # Where the system does not keep count, or does not hold to it, the deadline has to do.
    if memory := _memory(_TAKEN):
        allowed = memory + request.mebibytes * _MIB
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            allowed = min(allowed, most)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, most))


def _memory(column: int) -> int:
    """Return how many bytes this process has taken or uses; 0 where Linux's /proc is not."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[column])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _make(request: Request, source: SourceFile) -> tuple[Refusal | None, bytes]:
    name = request.said.source or str(source.path)
    try:
        make = getattr(importlib.import_module(request.module), request.function)
        made = made_by(make).dump_json(make(source, request.said), exclude_unset=True)
        if len(made) > _MOST_MADE:
            raise SourceError(name, "has more text than can be kept. Split it.")
        return None, made
    except SourceError as error:
        trace = traceback.format_exc() if error.__cause__ else None
        return Refusal(
            source=error.source, reason=error.reason, covers=error.covers, traceback=trace
        ), b""
    # Whatever libraries stumble over in a document is that document's error alone.
    except Exception as error:
        trace = traceback.format_exc()
        return Refusal(source=name, reason=unreadable(error), traceback=trace), b""
