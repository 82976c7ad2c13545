"""The `guidebot` command, which combines the commands of kb, ingest and bot."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from bot.cli import app as bot
from ingest.cli import app as ingest
from kb.cli import app as kb
from kb.errors import GuidebotError
from kb.terminal.output import echo, new_console

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Answers questions from your guides, with a citation for every step.",
)
for commands in (kb, ingest, bot):
    app.add_typer(commands)


def main() -> None:
    """Run the command that was typed, then end the process."""
    # Files contain what people asked, and guides that not everybody may see.
    os.umask(0o077)
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    code = run()
    logging.shutdown()
    if tracing := sys.modules.get("kb.choosing.tracing"):
        tracing.send_traces()
    # Not sys.exit: unloading PyTorch's modules takes longer than answering.
    os._exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command, by default the one that was typed, and return its exit code.

    A GuidebotError is printed, and determines the exit code.
    """
    code = 0
    try:
        app(arguments, prog_name="guidebot")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except GuidebotError as error:
        new_console(stderr=True, soft_wrap=True).print(str(error), markup=False)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        echo(f"guidebot: {error}", err=True)
        return 1
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return 1  # Nobody reads our output any more, so there is nothing to report.
    return code


def _show_version(wanted: bool) -> None:
    if wanted:
        echo(f"guidebot {version('guidebot')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


if __name__ == "__main__":
    main()
