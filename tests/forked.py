"""Forks processes from one that already has the libraries and the model in memory.

Importing and loading these is most of what `guidebot` does when it starts (tests/preloaded.py).
Tests of the start itself start the command as people do: `as_typed` (tests/bot/conftest.py).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from multiprocessing import forkserver, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from guidebot import main
from tests.command import Ended

MODELS = "GUIDEBOT_FORKED_MODELS"
"""The variable with the folder of the model that is loaded before forking."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.preloaded"])


class Forked:
    """A process that was forked; its methods are those of `subprocess.Popen`."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    def poll(self) -> int | None:
        """Return its exit code, negative if a signal killed it, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Return its exit code once it has ended; raises TimeoutError."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"still running after {timeout} s")
        return code

    def terminate(self) -> None:
        """Ask it to stop (SIGTERM)."""
        self._process.terminate()

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        self._process.kill()


def fork(
    log: Path,
    function: Callable[..., object],
    *arguments: object,
    errors: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Forked:
    """Start a process that calls a module's function.

    Its output goes to `log`, and so does its error output unless that goes to `errors`.
    """
    _start_server()
    process = _context.Process(
        target=_call,
        args=(log, errors or log, dict(environment or os.environ), function, *arguments),
        daemon=True,
    )
    process.start()
    return Forked(process)


@cache
def _start_server() -> None:
    # Threads do not survive a fork, so there must be none yet.
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**alone, "PYTHONPATH": str(Path(__file__).parent.parent)}.items():
            patch.setenv(name, value)
        forkserver.ensure_running()


def fork_guidebot(log: Path, *arguments: str, environment: Mapping[str, str]) -> Forked:
    """Start a `guidebot` command with its output going to `log`."""
    return fork(log, guidebot, *arguments, environment=environment)


def run_guidebot(folder: Path, *arguments: str, environment: Mapping[str, str]) -> Ended:
    """Run a `guidebot` command to its end; its output is collected in files in `folder`."""
    log, errors = folder / "stdout", folder / "stderr"
    process = fork(log, guidebot, *arguments, errors=errors, environment=environment)
    return Ended(process.wait(100), log.read_text("utf-8"), errors.read_text("utf-8"))


def guidebot(*arguments: str) -> None:
    """Run a command as the main program of this process, and end it."""
    sys.argv = ["guidebot", *arguments]
    main()


def _call(
    log: Path,
    errors: Path,
    environment: dict[str, str],
    function: Callable[..., object],
    *arguments: object,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for path, descriptor in ((log, 1), (errors, 2)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    # Nobody is told of the semaphores of a process that is killed.
    resource_tracker.register = lambda *_: None
    function(*arguments)
