"""The docs team's commands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from kb.settings import Settings, load_settings

if TYPE_CHECKING:
    from ingest.pipeline import Progress as Report
    from ingest.pipeline import Summary

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Guides: files, and folders of them.")],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Publish the good sources, leave out the bad.")
    ] = False,
    if_none: Annotated[
        bool, typer.Option("--if-none", help="Do nothing if guides were published before.")
    ] = False,
) -> None:
    """Read guides and publish them, in place of those that are live."""
    from kb.snapshot import current_name

    settings = load_settings(Settings)
    if if_none and current_name(settings.home.snapshots):
        return
    from ingest.pipeline import ingest as run
    from kb.embeddings import SentenceTransformerEmbeddings

    embeddings = SentenceTransformerEmbeddings(
        settings.embedding_model, settings.home.models, threads=os.cpu_count() or 1
    )
    console = Console(stderr=True, highlight=False)
    with _bars(console) as report:
        summary = run(paths, settings.home, embeddings, skip_bad=skip_bad, progress=report)
    _show(summary, console)


@contextmanager
def _bars(console: Console) -> Iterator[Report]:
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield report


def _show(summary: Summary, console: Console) -> None:
    for path in summary.passed_over:
        console.print(f"Not a guide, passed over: {path}", markup=False, soft_wrap=True)
    for error in summary.left_out:
        console.print(f"Left out: {error}", markup=False, style="yellow", soft_wrap=True)
    console.print(
        f"{summary.guides} guides, {summary.sections} sections, {summary.chunks} chunks "
        f"({summary.embedded} embedded, {summary.reused} reused) in {summary.seconds:.1f} s",
        markup=False,
    )
    console.print(
        f"Live now: {summary.snapshot}  ({summary.path.resolve()})", markup=False, soft_wrap=True
    )
