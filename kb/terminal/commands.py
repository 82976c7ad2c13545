"""The `guidebot` command: this room's commands, and those that the other rooms bring."""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer
from rich.console import Console

from kb.errors import GuidebotError
from kb.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def main() -> None:
    """Run the command; an error that is written for people becomes its text, and an exit code."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    code = _run()
    logging.shutdown()
    if tracing := sys.modules.get("kb.choosing.tracing"):
        tracing.send_traces()
    # Not sys.exit: to take PyTorch's modules down in order lasts longer than to answer.
    os._exit(code)


def _commands() -> typer.Typer:
    """Return the commands of all rooms as one."""
    root = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Answers questions from your guides, every step cited.",
    )
    for room in sorted(entry_points(group="guidebot.commands")):
        root.add_typer(room.load())
    return root


def _run() -> int:
    """Run the command, and return its exit code."""
    code = 0
    try:
        _commands()()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except GuidebotError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        typer.echo(f"guidebot: {error}", err=True)
        return 1
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return 1  # The reader of our output has left; there is nobody to tell.
    return code


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in your own words.")],
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
) -> None:
    """Answer one question and exit."""
    from kb.knowledge_base import open_knowledge_base
    from kb.terminal.show import show

    answer = open_knowledge_base(load_settings(Settings)).ask(question)
    if json:
        typer.echo(answer.model_dump_json(indent=2))
    else:
        show(answer, Console(highlight=False))


@app.command()
def chat() -> None:
    """Answer questions as they are typed, until Ctrl-D."""
    from kb.knowledge_base import open_knowledge_base
    from kb.terminal.chat import converse

    settings = load_settings(Settings)
    converse(open_knowledge_base(settings), Console(highlight=False))
