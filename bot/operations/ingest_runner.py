"""Runs `guidebot ingest` and related commands as subprocesses, one at a time."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kb.ingest_result import STOPPED_BY_GATE, IngestResult, PendingDrafts, ReviewDecision
from kb.progress import TaskState

GUIDEBOT = (str(Path(sys.executable).with_name("guidebot")),)
GUIDES_FILE = Path("guidebot.toml")
"""The list of guides, in the bot's working directory."""

_INGEST = ("ingest", "--hold", "--json", "--progress-json")
# The end of the output has the error; a message in Slack has room for this much.
_MAX_ERROR_LINES = 15
_NAME = re.compile(r"\w[\w.-]*")

logger = logging.getLogger(__name__)


class BusyError(Exception):
    """Another command is running."""


class FailedError(Exception):
    """A command failed; the text is its error output, for people."""


class RunResult(IngestResult):
    """The result of an ingest; `stopped` says that the gate rejected it."""

    stopped: bool = False


_PENDING = TypeAdapter(tuple[PendingDrafts, ...])


class IngestRunner:
    """Runs the commands, and keeps the last result in a file. Thread-safe."""

    def __init__(self, last: Path, command: Sequence[str] = GUIDEBOT) -> None:
        self._last = last
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    @property
    def is_configured(self) -> bool:
        """Whether the guides are listed in guidebot.toml."""
        return GUIDES_FILE.is_file()

    def ingest(self, report: Callable[[TaskState], None]) -> RunResult:
        """Build a candidate from the guides in guidebot.toml, and `report` the progress.

        Raises BusyError, or FailedError with the command's error output.
        """
        code, output = self._run(_INGEST, report, expected=(0, STOPPED_BY_GATE))
        try:
            result = RunResult.model_validate_json(output)
        except ValidationError as error:
            logger.error("The ingest printed an invalid result: %s", error)
            raise FailedError(output[:200]) from error
        result = result.model_copy(update={"stopped": code == STOPPED_BY_GATE})
        self._last.write_text(result.model_dump_json(), "utf-8")
        return result

    def publish(self, name: str) -> None:
        """Make a candidate live; raises as `ingest` does."""
        self._run(("publish", _checked_name(name)))

    def discard(self, name: str) -> None:
        """Discard a candidate; raises as `ingest` does."""
        self._run(("discard", _checked_name(name)))

    def pending(self) -> Sequence[PendingDrafts]:
        """Return the drafts awaiting review; raises as `ingest` does."""
        _, output = self._run(("suggest", "--pending"))
        try:
            found = _PENDING.validate_json(output)
        except ValidationError as error:
            logger.error("The command printed invalid drafts: %s", error)
            raise FailedError(output[:200]) from error
        return [problem for problem in found if problem.also_asked]

    def decide(self, decisions: Iterable[tuple[PendingDrafts, Sequence[str]]]) -> None:
        """Keep some of the wordings drafted for problems, and drop the rest.

        Raises as `ingest` does.
        """
        rows = [
            ReviewDecision(source=problem.source, anchor=problem.anchor, keep=tuple(kept))
            for problem, kept in decisions
        ]
        written = json.dumps([row.model_dump() for row in rows])
        self._run(("suggest", "--decide", "-"), input_text=written)

    def last(self) -> RunResult | None:
        """Return the result of the last ingest started here."""
        try:
            return RunResult.model_validate_json(self._last.read_text("utf-8"))
        except (FileNotFoundError, ValidationError):
            return None

    def stop(self) -> None:
        """Terminate the running command. Safe, because publishing is atomic."""
        process = self._process
        if process is not None:
            process.terminate()

    def _run(
        self,
        arguments: Sequence[str],
        report: Callable[[TaskState], None] = lambda _: None,
        expected: Sequence[int] = (0,),
        input_text: str = "",
    ) -> tuple[int, str]:
        if not self._lock.acquire(blocking=False):
            raise BusyError
        try:
            with subprocess.Popen(
                [*self._command, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            ) as process:
                self._process = process
                _write_input(process, input_text)
                code, output, errors = _read(process, report)
        except OSError as error:
            raise FailedError(str(error)) from error
        finally:
            self._process = None
            self._lock.release()
        if code not in expected:
            raise FailedError(errors or f"exit code {code}")
        return code, output


def _write_input(process: subprocess.Popen[str], input_text: str) -> None:
    """Write a process's input; one that does not read it reports its own error."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(input_text)


def _read(
    process: subprocess.Popen[str], report: Callable[[TaskState], None]
) -> tuple[int, str, str]:
    """Return a process's exit code, its output, and the end of its error output.

    Progress lines go to `report`.
    """
    output: list[str] = []
    assert process.stdout is not None and process.stderr is not None
    # Reading only one pipe would let the other fill up and block the process.
    reader = threading.Thread(target=output.extend, args=(process.stdout,))
    reader.start()
    errors: list[str] = []
    for line in process.stderr:
        try:
            report(TaskState.model_validate_json(line))
        except ValidationError:
            errors.append(line)
    reader.join()
    return process.wait(), "".join(output), "".join(errors[-_MAX_ERROR_LINES:]).strip()


def _checked_name(name: str) -> str:
    """Return a snapshot's name if it is valid, and so cannot be taken for an option."""
    if not _NAME.fullmatch(name):
        raise FailedError(f"{name!r} is not a snapshot's name.")
    return name
