"""The `guidebot` command in the tests' own process, which starts no other and imports nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from typer.testing import CliRunner

from guidebot import run


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def guidebot(*arguments: str, stdin: str = "", **environment: str) -> Ended:
    """Run a command as a person types it, with some variables of the environment."""
    with CliRunner().isolation(stdin, environment) as (out, err, _):
        try:
            code = run(arguments)
        finally:
            # A command may have logging off until its process ends.
            logging.disable(logging.NOTSET)
        return Ended(code, out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8"))
