"""Has a separate process read a source, and kills it when it exceeds its bounds."""

from __future__ import annotations

import atexit
import logging
import signal
import subprocess
import sys
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from pydantic import ValidationError

from ingest.bounded.bounds import Bounds
from ingest.bounded.messages import READY, Made, Make, Response, made_by, request_for
from ingest.errors import SourceError
from ingest.source import SourceFile

logger = logging.getLogger(__name__)

_BEGIN = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from ingest.bounded.process import serve; serve(int(sys.argv[1]))"
)

# Chosen by hand.
_STARTING_SECONDS = 60.0
_ENDING_SECONDS = 5.0


def read_bounded(make: Make[Made], file: SourceFile, bounds: Bounds) -> Made:
    """Return the result of `make`, a module-level function, for a source, run in another process.

    Raises SourceError as `make` does, if it exceeds the time or memory bounds, or if the process
    ends for any other reason.
    """
    with _lock:
        reply, made = _process.ask(make, file, bounds)
    if refusal := reply.refusal:
        if refusal.traceback:
            logger.debug("%s: %s", refusal.source, refusal.traceback)
        raise SourceError(refusal.source, refusal.reason, refusal.covers)
    try:
        return made_by(make).validate_json(made)
    except ValidationError as error:
        reason = f"cannot be read: {error.errors()[0]['msg']}"
        raise SourceError(file.source, reason) from error


def end_reading() -> None:
    """End the reading process to free its memory; the next read starts a new one."""
    with _lock:
        _process.end()


class _Process:
    """A process that reads sources one after the other; it is restarted after it has ended."""

    def __init__(self) -> None:
        self._popen: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def ask(self, make: Make[Made], file: SourceFile, bounds: Bounds) -> tuple[Response, bytes]:
        """Return the reply to a request; raises SourceError if there is none."""
        try:
            pipe = self._pipe or self._start()
            pipe.send_bytes(request_for(make, file, bounds))
            for part in (file.data, file.beside):
                if part is not None:
                    pipe.send_bytes(part)
            if not pipe.poll(bounds.seconds):
                raise SourceError(
                    file.source,
                    f"takes longer than {bounds.seconds:g} s to read. "
                    "Split it, or raise SOURCE_SECONDS.",
                )
            reply = Response.model_validate_json(pipe.recv_bytes())
            made = b"" if reply.refusal else pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise SourceError(file.source, _why(self._ended())) from error
        except BaseException:
            self.end()  # or its next reply would answer this request
            raise
        if reply.last:
            self.end()
        return reply, made

    def end(self) -> None:
        """Kill the process, if there is one."""
        if self._popen:
            self._popen.kill()
            self._ended()

    def _ended(self) -> int | None:
        """Return the process's exit code, or None if it was never started."""
        popen, pipe = self._popen, self._pipe
        self._popen = self._pipe = None
        if pipe:
            pipe.close()  # which ends it, too
        if popen is None:
            return None
        try:
            return popen.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            popen.kill()
            return popen.wait()

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        self._pipe = ours
        with theirs:
            number = theirs.fileno()
            self._popen = subprocess.Popen(
                # Without the working folder on its path: the modules there may be anyone's.
                [sys.executable, "-P", "-c", _BEGIN, str(number), *sys.path],
                pass_fds=[number],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Libraries may quote the document in what they write here.
                stderr=subprocess.DEVNULL,
            )
        if not ours.poll(_STARTING_SECONDS) or ours.recv_bytes() != READY:
            raise EOFError
        return ours


def _why(code: int | None) -> str:
    if code is None:
        return "cannot be read: the process that reads sources does not start"
    if code >= 0:
        return f"cannot be read: the process that reads it exited with code {code}"
    name = signal.Signals(-code).name
    if name in ("SIGKILL", "SIGABRT"):
        return (
            f"cannot be read: the process that reads it was killed ({name}), most often for lack "
            "of memory. Split it, raise SOURCE_MEMORY, or give the machine more."
        )
    return (
        f"cannot be read: it crashes the program that reads it ({name}). "
        "Save it again, or in another format."
    )


_lock = threading.Lock()
_process = _Process()
atexit.register(_process.end)
