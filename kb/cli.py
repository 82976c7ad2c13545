"""The commands of kb: ask, chat, eval, calibrate."""

from __future__ import annotations

import typer

from kb.evaluation.commands import app as evaluation
from kb.terminal.commands import app as terminal

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.add_typer(terminal)
app.add_typer(evaluation)
