"""Runs `guidebot ingest` and what follows from it, each in a process of its own, one at a time."""

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

from kb.ingest_result import IngestResult, PendingDrafts, TaskState

GUIDEBOT = (str(Path(sys.executable).with_name("guidebot")),)
GUIDES_FILE = Path("guidebot.toml")
"""Where the command finds which guides there are, in the folder that the bot was started in."""

_INGEST = ("ingest", "--hold", "--json", "--progress-json")
_STOPPED_BY_GATE = 3
_MOST_ERROR_LINES = 15
_NAME = re.compile(r"\w[\w.-]*")

logger = logging.getLogger(__name__)


class BusyError(Exception):
    """One of the commands runs already."""


class FailedError(Exception):
    """A command failed; its text is what the command said, for people."""


class Result(IngestResult):
    """The result of an ingest; `stopped` means that the gate did not pass."""

    stopped: bool = False


_PENDING = TypeAdapter(tuple[PendingDrafts, ...])


class Rerun:
    """The commands. The last result is kept in a file. Threads may share it."""

    def __init__(self, last: Path, command: Sequence[str] = GUIDEBOT) -> None:
        self._last = last
        self._command = command
        self._one = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    @property
    def is_possible(self) -> bool:
        """Whether it is known here which guides there are."""
        return GUIDES_FILE.is_file()

    def ingest(self, tell: Callable[[TaskState], None]) -> Result:
        """Build a candidate from the guides of guidebot.toml, and tell how far it is.

        Raises BusyError, and FailedError with what the command said.
        """
        code, output = self._run(_INGEST, tell, fine=(0, _STOPPED_BY_GATE))
        try:
            result = Result.model_validate_json(output)
        except ValidationError as error:
            logger.error("What the ingest printed is no result: %s", error)
            raise FailedError(output[:200]) from error
        result = result.model_copy(update={"stopped": code == _STOPPED_BY_GATE})
        self._last.write_text(result.model_dump_json(), "utf-8")
        return result

    def publish(self, name: str) -> None:
        """Make a candidate live; raises as `ingest` does."""
        self._run(("publish", _checked(name)))

    def discard(self, name: str) -> None:
        """Throw a candidate away; raises as `ingest` does."""
        self._run(("discard", _checked(name)))

    def pending(self) -> Sequence[PendingDrafts]:
        """Return the drafts that wait for the docs team; raises as `ingest` does."""
        _, output = self._run(("suggest", "--pending"))
        try:
            found = _PENDING.validate_json(output)
        except ValidationError as error:
            logger.error("What was printed are no drafts: %s", error)
            raise FailedError(output[:200]) from error
        return [problem for problem in found if problem.also_asked]

    def decide(self, decisions: Iterable[tuple[PendingDrafts, Sequence[str]]]) -> None:
        """Keep some of the wordings drafted for problems, and drop the others.

        Raises as `ingest` does.
        """
        given = [
            {"source": problem.source, "anchor": problem.anchor, "keep": list(kept)}
            for problem, kept in decisions
        ]
        self._run(("suggest", "--decide", "-"), given=json.dumps(given))

    def last(self) -> Result | None:
        """Return what came of the last ingest that was begun here."""
        try:
            return Result.model_validate_json(self._last.read_text("utf-8"))
        except (FileNotFoundError, ValidationError):
            return None

    def stop(self) -> None:
        """End what runs; a snapshot is never live by halves."""
        process = self._process
        if process is not None:
            process.terminate()

    def _run(
        self,
        arguments: Sequence[str],
        tell: Callable[[TaskState], None] = lambda _: None,
        fine: Sequence[int] = (0,),
        given: str = "",
    ) -> tuple[int, str]:
        if not self._one.acquire(blocking=False):
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
                _give(process, given)
                code, output, said = _followed(process, tell)
        except OSError as error:
            raise FailedError(str(error)) from error
        finally:
            self._process = None
            self._one.release()
        if code not in fine:
            raise FailedError(said or f"exit code {code}")
        return code, output


def _give(process: subprocess.Popen[str], given: str) -> None:
    """Write what a process reads; one that does not read it says itself what is wrong."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(given)


def _followed(
    process: subprocess.Popen[str], tell: Callable[[TaskState], None]
) -> tuple[int, str, str]:
    """Return a process's exit code, what it printed, and its last words besides the progress."""
    output: list[str] = []
    assert process.stdout is not None and process.stderr is not None
    # Whoever reads one pipe only lets the other fill up.
    reader = threading.Thread(target=output.extend, args=(process.stdout,))
    reader.start()
    said: list[str] = []
    for line in process.stderr:
        try:
            tell(TaskState.model_validate_json(line))
        except ValidationError:
            said.append(line)
    reader.join()
    return process.wait(), "".join(output), "".join(said[-_MOST_ERROR_LINES:]).strip()


def _checked(name: str) -> str:
    """Return a snapshot's name, which cannot be an option of the command."""
    if not _NAME.fullmatch(name):
        raise FailedError(f"{name!r} is no name of a snapshot.")
    return name
