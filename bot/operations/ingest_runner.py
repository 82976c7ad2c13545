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

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

GUIDEBOT = (str(Path(sys.executable).with_name("guidebot")),)
GUIDES_FILE = Path("guidebot.toml")
"""Where the command finds which guides there are, in the folder that the bot was started in."""

_INGEST = ("ingest", "--hold", "--json", "--progress-json")
_STOPPED_BY_GATE = 3
_MAX_ERROR_LINES = 15
_NAME = re.compile(r"\w[\w.-]*")

logger = logging.getLogger(__name__)


class BusyError(Exception):
    """One of the commands runs already."""


class FailedError(Exception):
    """A command failed; its text is what the command said, for people."""


class _Output(BaseModel):
    """What a command prints; what it prints besides is passed over."""

    model_config = ConfigDict(frozen=True)


class IngestProgress(_Output):
    """How far a command is."""

    what: str
    done: int
    total: int


class Summary(_Output):
    """What was read, and which sources were left out."""

    guides: int = 0
    sections: int = 0
    left_out: tuple[str, ...] = ()


class SectionChange(_Output):
    """What became of a section (added, changed...); `before` is the heading that it had."""

    kinds: tuple[str, ...]
    heading: str
    before: str | None = None


class GuideChange(_Output):
    """What became of a guide."""

    kind: str
    title: str
    language: str
    sections: tuple[SectionChange, ...] = ()


class Diff(_Output):
    """What a candidate changes."""

    guides: tuple[GuideChange, ...] = ()


class QuestionChange(_Output):
    """A golden question that is answered otherwise; `worse` says how it is worse, if it is."""

    question: str
    worse: str | None = None


class Gate(_Output):
    """How many golden questions are answered rightly, before and with the candidate."""

    questions: int
    right_before: int | None = None
    right_after: int
    changes: tuple[QuestionChange, ...] = ()


class IngestResult(_Output):
    """What came of an ingest: the candidate's name, what changes with it, what the gate says.

    `held` says that it waits to be published; `stopped` that the gate is against it.
    """

    snapshot: str | None = None
    held: bool = False
    summary: Summary = Summary()
    diff: Diff = Diff()
    gate: Gate | None = None
    stopped: bool = False


class DraftedWordings(_Output):
    """A problem with drafted wordings that nobody has decided on yet."""

    source: str
    anchor: str
    heading: str
    also_asked: tuple[str, ...] = ()


_PENDING = TypeAdapter(tuple[DraftedWordings, ...])


class IngestRunner:
    """The commands. The last result is kept in a file. Threads may share it."""

    def __init__(self, last: Path, command: Sequence[str] = GUIDEBOT) -> None:
        self._last = last
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    @property
    def is_configured(self) -> bool:
        """Whether it is known here which guides there are."""
        return GUIDES_FILE.is_file()

    def ingest(self, report: Callable[[IngestProgress], None]) -> IngestResult:
        """Build a candidate from the guides of guidebot.toml, and tell how far it is.

        Raises BusyError, and FailedError with what the command said.
        """
        code, output = self._run(_INGEST, report, expected=(0, _STOPPED_BY_GATE))
        try:
            found = IngestResult.model_validate_json(output)
        except ValidationError as error:
            logger.error("What the ingest printed is no result: %s", error)
            raise FailedError(output[:200]) from error
        result = found.model_copy(update={"stopped": code == _STOPPED_BY_GATE})
        self._last.write_text(result.model_dump_json(), "utf-8")
        return result

    def publish(self, name: str) -> None:
        """Make a candidate live; raises as `ingest` does."""
        self._run(("publish", _checked_name(name)))

    def discard(self, name: str) -> None:
        """Throw a candidate away; raises as `ingest` does."""
        self._run(("discard", _checked_name(name)))

    def pending(self) -> Sequence[DraftedWordings]:
        """Return the drafts that wait for the docs team; raises as `ingest` does."""
        _, output = self._run(("suggest", "--pending"))
        try:
            found = _PENDING.validate_json(output)
        except ValidationError as error:
            logger.error("What was printed are no drafts: %s", error)
            raise FailedError(output[:200]) from error
        return [problem for problem in found if problem.also_asked]

    def decide(self, decisions: Iterable[tuple[DraftedWordings, Sequence[str]]]) -> None:
        """Keep some of the wordings drafted for problems, and drop the others.

        Raises as `ingest` does.
        """
        input_text = [
            {"source": problem.source, "anchor": problem.anchor, "keep": list(kept)}
            for problem, kept in decisions
        ]
        self._run(("suggest", "--decide", "-"), input_text=json.dumps(input_text))

    def last(self) -> IngestResult | None:
        """Return what came of the last ingest that was begun here."""
        try:
            return IngestResult.model_validate_json(self._last.read_text("utf-8"))
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
        report: Callable[[IngestProgress], None] = lambda _: None,
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
    """Write what a process reads; one that does not read it says itself what is wrong."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(input_text)


def _read(
    process: subprocess.Popen[str], report: Callable[[IngestProgress], None]
) -> tuple[int, str, str]:
    """Return a process's exit code, what it printed, and its last words besides the progress."""
    output: list[str] = []
    assert process.stdout is not None and process.stderr is not None
    # Whoever reads one pipe only lets the other fill up.
    reader = threading.Thread(target=output.extend, args=(process.stdout,))
    reader.start()
    errors: list[str] = []
    for line in process.stderr:
        try:
            report(IngestProgress.model_validate_json(line))
        except ValidationError:
            errors.append(line)
    reader.join()
    return process.wait(), "".join(output), "".join(errors[-_MAX_ERROR_LINES:]).strip()


def _checked_name(name: str) -> str:
    """Return a snapshot's name, which cannot be an option of the command."""
    if not _NAME.fullmatch(name):
        raise FailedError(f"{name!r} is no name of a snapshot.")
    return name
