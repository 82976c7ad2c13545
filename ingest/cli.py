"""The docs team's commands."""

from __future__ import annotations

import typer

from ingest.commands import also_asked, beir, ingest, lint, preview, publish, suggest

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
for command in (ingest, preview, publish, also_asked, suggest, lint, beir):
    app.add_typer(command.app)
