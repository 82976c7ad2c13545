"""`guidebot lint`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from ingest.commands.ingest import embeddings_of
from kb.settings import Settings, load_settings
from kb.terminal.output import echo, echo_json, new_console
from kb.text.counted import counted

if TYPE_CHECKING:
    from ingest.lint.finding import Finding
    from kb.embedder.embeddings import SentenceTransformerEmbeddings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_EXIT_FINDINGS = 1


@app.command()
def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Guides: files or folders; default: those in guidebot.toml."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Find what is broken, missing or inconsistent. Exits with 1 unless it is only advice."""
    from ingest.bounded.bounds import bounds_of
    from ingest.commands.lint_reading import read_lint_input
    from ingest.lint.check import lint as run
    from ingest.lint_options import ADVICE

    settings = load_settings(Settings)
    bounds = bounds_of(settings)
    reading = read_lint_input(paths or [], bounds)
    for source in reading.passed_over:
        echo(f"Not in this folder, so not checked: {source}", err=True)
    findings = run(
        reading.pages,
        reading.options,
        _count_tokens(),
        date.today(),
        drafts=settings.drafts == "use",
        bounds=bounds,
    )
    if as_json:
        found = [finding.model_dump(mode="json") for finding in findings]
        text = json.dumps(
            {"guides": len(reading.pages), "findings": found}, ensure_ascii=False, indent=2
        )
        echo_json(text)
    else:
        _show(findings, len(reading.pages), new_console())
    raise typer.Exit(_EXIT_FINDINGS if any(each.rule not in ADVICE for each in findings) else 0)


def _count_tokens() -> Callable[[str], int]:
    """Return the token counter; the model is loaded by the first text that needs it."""

    @cache
    def model() -> SentenceTransformerEmbeddings:
        return embeddings_of(load_settings(Settings))

    return lambda text: model().count_tokens(text)


def _show(findings: Sequence[Finding], guides: int, console: Console) -> None:
    for file, group in groupby(findings, key=lambda finding: finding.file):
        console.print(Text(file, style="bold"), soft_wrap=True)
        for finding in group:
            line = Text.assemble(
                (f"  {file}:{finding.line}", "cyan"), (f"  {finding.rule.value}", "yellow")
            )
            console.print(line.append(f"\n      {finding.reason}", "default"), soft_wrap=True)
    counts = Counter(finding.rule.value for finding in findings)
    named = ", ".join(f"{count} {rule}" for rule, count in counts.most_common())
    console.print(
        f"{counted(guides, 'guide')}: {named or 'nothing found'}.", markup=False, soft_wrap=True
    )
