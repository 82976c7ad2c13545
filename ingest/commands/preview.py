"""`guidebot preview`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.commands.ingest import GuidesOption, sources_from_arguments
from kb.errors import GuidebotError
from kb.settings import Settings, load_settings
from kb.terminal.output import echo_json, new_console
from kb.terminal.progress_bars import progress_bars, silence

if TYPE_CHECKING:
    from ingest.preview.understood import Understood
    from ingest.sources.resolve import SourceList

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_EXIT_BAD = 1


@app.command()
def preview(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Guides: files, folders, patterns, web addresses; default: those in guidebot.toml."
        ),
    ] = None,
    guides: GuidesOption = None,
    tree: Annotated[
        bool, typer.Option("--tree", help="Show a tree for each guide, however many there are.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Show trees with the full text.")] = False,
    html: Annotated[
        Path | None,
        typer.Option(help="Write an HTML page that shows sources and parsed guides side by side."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Show how guides are parsed, before anything is published.

    Exits with 1 if a source cannot be read, or would be refused.
    """
    from ingest.bounded.bounds import bounds_of
    from ingest.preview.understood import understand
    from ingest.sources.resolve import resolve_sources

    settings = load_settings(Settings)
    source_list, _ = sources_from_arguments(paths, guides, settings)
    if html:
        _refuse_place(html, source_list)
    errors = new_console(stderr=True)
    with progress_bars(errors) if errors.is_terminal and not as_json else silence() as progress:
        found = understand(resolve_sources(source_list), progress, bounds_of(settings))
    if not found.guides and not found.unread:
        raise GuidebotError("No guide was found.")
    if html:
        from ingest.preview.page import write_page

        write_page(html, found)
    if as_json:
        echo_json(found.as_json())
    else:
        _show(found, html, trees=tree or full, full=full)
    raise typer.Exit(0 if found.is_good else _EXIT_BAD)


def _show(found: Understood, page: Path | None, *, trees: bool, full: bool) -> None:
    from ingest.preview.terminal import show_summary, show_trees

    console = new_console()
    if trees or len(found.guides) == 1 and not page:
        show_trees(found, console, full=full)
    else:
        show_summary(found, console)
    if page:
        console.print(f"Page written: {page}", markup=False, soft_wrap=True)


def _refuse_place(page: Path, source_list: SourceList) -> None:
    """Reject a path that is a guide, or where the next ingest would read the page as one."""
    if page.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter(f"--html: {page} must end in .html")
    for entry in source_list.entries:
        source = (source_list.folder / entry.source).resolve()
        if source.is_dir() and not entry.git and page.resolve().is_relative_to(source):
            raise typer.BadParameter(
                f"--html: {page} is in the folder of guides {entry.source}, and would be read as "
                "one next time. Choose a path outside that folder."
            )
        if source == page.resolve():
            raise typer.BadParameter(f"--html: {page} is a guide")
