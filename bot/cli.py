"""Commands for operators."""

from __future__ import annotations

import json
import logging
import re
import sys
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.error import URLError

import typer
from rich.console import Console
from rich.text import Text

from bot.gaps.commands import app as gaps_app
from bot.settings import BotSettings
from kb.errors import GuidebotError, SettingsError
from kb.settings import load_settings
from kb.terminal.output import echo, echo_json, new_console
from kb.text.counted import counted

if TYPE_CHECKING:
    from bot.doctor.checks import CheckResult

_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red", "skipped": "dim"}
_STATE, _INDENT = 9, 24
_USER = re.compile(r"[UW][A-Z0-9]+")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.add_typer(gaps_app, name="gaps")


@app.command()
def serve(
    http: Annotated[
        str,
        typer.Option(
            metavar="[HOST]:PORT",
            help="Receive Slack's requests over HTTP at this address, instead of Socket Mode.",
        ),
    ] = "",
) -> None:
    """Answer questions in Slack."""
    settings = load_settings(BotSettings)
    settings.require_tokens(http=bool(http))
    from slack_sdk.errors import SlackApiError

    from bot.app import serve as run
    from bot.operations.http import parse_address
    from bot.operations.log import configure
    from kb.knowledge_base import open_knowledge_base

    for address in filter(None, (http, settings.status_address)):
        parse_address(address)
    configure(settings)
    try:
        run(settings, open_knowledge_base(settings), http)
    except SlackApiError as error:
        raise SettingsError(
            f"Slack refused the connection: {error.response.get('error')}. Check the tokens in "
            ".env, and that the app is installed (guidebot doctor)."
        ) from error
    except URLError as error:
        raise SettingsError(
            f"Slack cannot be reached at {settings.slack_api_url}: {error.reason}"
        ) from error


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Check everything the bot needs, and explain how to fix what is wrong."""
    from bot.doctor.checks import State, run_checks
    from bot.doctor.context import DoctorContext

    # The results say what went wrong.
    logging.disable(logging.CRITICAL)
    console = new_console()
    results = []
    for result in run_checks(DoctorContext()):
        results.append(result)
        if not as_json:
            _show(result, console)
    failed = [result.check for result in results if result.state is State.FAILED]
    if as_json:
        checks = [asdict(result) for result in results]
        echo_json(json.dumps({"ok": not failed, "checks": checks}, ensure_ascii=False, indent=2))
    else:
        console.print(f"Failed: {', '.join(failed)}." if failed else "No check failed.")
    raise typer.Exit(int(bool(failed)))


@app.command()
def forget(
    user: Annotated[str, typer.Argument(help="The person's Slack member ID (U...).")],
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
) -> None:
    """Delete everything stored about a person: questions, feedback, escalations, lessons."""
    from bot.memory.forget import forget_person
    from bot.memory.store import Store

    if not _USER.fullmatch(user):
        raise typer.BadParameter(
            f"{user!r} is not a member ID, such as U012AB3CD. Find it in the person's Slack "
            "profile, under Copy member ID.",
            param_hint="USER",
        )
    database = load_settings(BotSettings).database
    if isinstance(database, Path) and not database.exists():
        raise GuidebotError(
            f"{database.absolute()}: there is no database. Use the bot's GUIDEBOT_HOME (or "
            "DATABASE_URL), and run this in the bot's folder."
        )
    if not yes:
        typer.confirm(f"Permanently delete everything about {user}?", abort=True, err=True)
    store = Store(database)
    count = forget_person(store, user)
    store.close()
    echo(f"Deleted {counted(count, 'entry', 'entries')} about {user}.")


def _show(result: CheckResult, console: Console) -> None:
    # In a pipe, each result is one line.
    width = console.width - _INDENT if console.is_terminal else sys.maxsize
    for text, style in ((result.seen, ""), (result.advice, "cyan")):
        for number, line in enumerate(textwrap.wrap(text, width, break_long_words=False)):
            if number == 0 and text is result.seen:
                state = (f"{result.state:<{_STATE}}", _STYLES[result.state])
                start = Text.assemble(state, f"{result.check:<{_INDENT - _STATE}}")
            else:
                start = Text(" " * _INDENT)
            console.print(start.append(line, style), soft_wrap=True)
