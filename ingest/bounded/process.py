"""The process that reads sources: handles one request at a time until its pipe is closed."""

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

from ingest.bounded.messages import READY, Request, Response, SourceErrorFields, made_by
from ingest.errors import SourceError, unreadable
from ingest.loaders.file_bytes import MAX_BYTES
from ingest.source import SourceFile

_MIB = 1024 * 1024
# Chosen by hand.
_WORN = 512 * _MIB
"""A process that uses this much memory (bytes) is replaced by a fresh one."""
_GRACE_SECONDS = 5
"""How much longer than the parent the operating system waits; chosen by hand."""
_TAKEN, _IN_USE = 0, 1  # columns of /proc/self/statm, in pages
# The most bytes of a result; chosen by hand, as large as the largest source.
_MAX_MADE = MAX_BYTES


def serve(pipe: int) -> None:
    """Handle the requests that arrive on the pipe with this file descriptor.

    Ctrl-C is left to the parent process, which ends this one; if the parent is gone, this one
    exits.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = Connection(pipe)
    parts: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, parts), daemon=True).start()
    # Import what nearly every request needs first, so that the first request's time limit excludes
    # it.
    importlib.import_module("ingest.reading")
    connection.send_bytes(READY)
    while True:
        request = Request.model_validate_json(parts.get())
        file = SourceFile(request.source, parts.get(), parts.get() if request.has_beside else None)
        _bound(request)
        refusal, made = _make(request, file)
        signal.setitimer(signal.ITIMER_REAL, 0)
        last = _memory(_IN_USE) > _WORN
        connection.send_bytes(Response(refusal=refusal, last=last).model_dump_json().encode())
        if refusal is None:
            connection.send_bytes(made)
        del file, made


def _listen(connection: Connection, parts: queue.SimpleQueue[bytes]) -> None:
    while True:
        try:
            parts.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)


def _bound(request: Request) -> None:
    """Limit the CPU time and memory that reading takes from here on.

    The parent kills this process at the deadline. The operating system does so a little later in
    case the parent is gone.
    """
    signal.setitimer(signal.ITIMER_REAL, request.seconds + _GRACE_SECONDS)
    # Where the system does not count or enforce it, the deadline has to suffice.
    if memory := _memory(_TAKEN):
        allowed = memory + request.mebibytes * _MIB
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            allowed = min(allowed, most)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, most))


def _memory(column: int) -> int:
    """Return how many bytes this process has mapped or uses; 0 without Linux's /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[column])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _make(request: Request, file: SourceFile) -> tuple[SourceErrorFields | None, bytes]:
    try:
        make = getattr(importlib.import_module(request.module), request.function)
        made = made_by(make).dump_json(make(file), exclude_unset=True)
        if len(made) > _MAX_MADE:
            raise SourceError(file.source, "has more text than can be stored. Split it.")
        return None, made
    except SourceError as error:
        trace = traceback.format_exc() if error.__cause__ else None
        return SourceErrorFields(
            source=error.source, reason=error.reason, covers=error.covers, traceback=trace
        ), b""
    # Whatever error a library hits in a document concerns that document alone.
    except Exception as error:
        trace = traceback.format_exc()
        return SourceErrorFields(
            source=str(file.source), reason=unreadable(error), traceback=trace
        ), b""
