"""`guidebot ingest`."""

from __future__ import annotations

import getpass
import json as json_format
import os
import shlex
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from kb.errors import GuidebotError, SettingsError
from kb.progress import TaskProgress
from kb.settings import Settings, load_settings
from kb.terminal.output import echo_json, new_console
from kb.terminal.progress_bars import json_lines, progress_bars, silence
from kb.text.counted import counted

if TYPE_CHECKING:
    from ingest.packs.pack import Pack
    from ingest.pipeline import Ingested, Plan
    from ingest.sources.guides_file import GateOptions
    from ingest.sources.resolve import SourceList
    from kb.embedder.embeddings import SentenceTransformerEmbeddings
    from kb.ingest_result import IngestFailure, IngestResult

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

GuidesOption = Annotated[
    Path | None, typer.Option(help="The file that lists the guides; default: guidebot.toml.")
]
By = Annotated[str, typer.Option(help="Who is running this, for the record; default: USER@HOST.")]


@app.command()
def ingest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Guides: files, folders, patterns, web addresses of pages or sitemaps."
        ),
    ] = None,
    guides: GuidesOption = None,
    skip_bad: Annotated[
        bool,
        typer.Option(
            "--skip-bad", help="Leave out sources that cannot be read, and publish the rest."
        ),
    ] = False,
    if_none: Annotated[
        bool, typer.Option("--if-none", help="Do nothing if guides have been published before.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; publish nothing.")
    ] = False,
    hold: Annotated[
        bool, typer.Option("--hold", help="Hold the snapshot for `guidebot publish NAME`.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Publish even if questions are answered worse.")
    ] = False,
    questions: Annotated[
        list[Path] | None,
        typer.Option(
            help="Golden questions (YAML) to check before publishing; default: guidebot.toml's."
        ),
    ] = None,
    packs: Annotated[
        bool,
        typer.Option("--packs/--no-packs", help="Add the wordings of vocabulary packs that match."),
    ] = True,
    report: Annotated[
        Path | None, typer.Option(help="Write the changes to this HTML file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing unless it fails.")] = False,
    progress_json: Annotated[
        bool, typer.Option("--progress-json", help="Report progress as JSON lines on stderr.")
    ] = False,
    by: By = "",
) -> None:
    """Read guides and publish them in place of the live ones."""
    settings = load_settings(Settings)
    if if_none and _was_published(settings):
        return
    from ingest.bounded.bounds import bounds_of
    from ingest.check.report import write_page
    from ingest.pipeline import Plan
    from ingest.pipeline import ingest as run
    from kb.evaluation.golden import read_questions
    from kb.ingest_result import IngestFailure

    sources, gate = sources_from_arguments(paths, guides, settings)
    asked = questions or gate.questions
    plan = Plan(
        skip_bad=skip_bad,
        dry_run=dry_run,
        hold=hold,
        accept=accept,
        by=by or current_user(),
        keep=settings.snapshots_kept,
        questions=[each for path in asked for each in read_questions(path)],
        allowed=gate.allowed_regressions,
        packs=_packs(settings) if packs else (),
        drafts=settings.drafts == "use",
        store=settings.snapshots_url,
        bounds=bounds_of(settings),
    )
    console = new_console(stderr=True)
    try:
        with _progress(console, quiet=quiet or json, lines=progress_json) as progress:
            done = run(
                sources, settings.home, embeddings_of(settings), plan=plan, progress=progress
            )
    except GuidebotError as error:
        if json:
            echo_json(_as_json(IngestFailure(error=str(error))))
        raise
    if report:
        write_page(report, done.diff, done.gate)
    if json:
        echo_json(_as_json(done))
    elif not quiet:
        _show(done, console, same_sources(paths or [], guides))
    _stop_at_the_gate(done, plan)


def _was_published(settings: Settings) -> bool:
    """Whether guides have been published before, here or in the shared store."""
    from kb.snapshot.live import current_name

    home, url = settings.home, settings.snapshots_url
    if url and current_name(home.snapshots) is None:
        from ingest.publish.lock import WAIT_SECONDS, WriterLock
        from ingest.publish.shared import join_store

        with WriterLock(home, WAIT_SECONDS):
            join_store(url, home, settings.snapshots_kept)
    return current_name(home.snapshots) is not None


def sources_from_arguments(
    paths: list[str] | None, file: Path | None, settings: Settings
) -> tuple[SourceList, GateOptions]:
    """Return the sources to read and the gate, from the paths or from the guides file.

    Raises BadParameter or GuidesFileError.
    """
    from ingest.errors import SourceError
    from ingest.sources.files import NOT_TEXT, printable
    from ingest.sources.guides_file import DEFAULT_FILE, GateOptions, GuideEntry, read_guides_file
    from ingest.sources.resolve import SourceList
    from ingest.sources.web import fetch_limits_of

    if paths and file:
        raise typer.BadParameter("give either guides or --guides, not both")
    limits = fetch_limits_of(settings)
    if paths:
        bad = [path for path in paths if printable(Path(path)) != str(Path(path))]
        entries = tuple(
            GuideEntry(source=path) for path in paths if path.strip() and path not in bad
        )
        errors = tuple(SourceError(printable(Path(path)), NOT_TEXT) for path in bad)
        gate = read_guides_file(DEFAULT_FILE).gate if DEFAULT_FILE.exists() else GateOptions()
        return SourceList(entries, Path(), settings.home, limits, errors), gate
    file = file or DEFAULT_FILE
    if file == DEFAULT_FILE and not file.exists():
        raise typer.BadParameter(f"name guides, or create {DEFAULT_FILE} (docs/sources.md)")
    found = read_guides_file(file)
    return SourceList(found.guide, file.parent, settings.home, limits), found.gate


def same_sources(paths: Sequence[str], file: Path | None) -> str:
    """Return the arguments that select the same guides, for a suggested command."""
    words = ["--guides", str(file)] if file else list(paths)
    return "".join(f" {shlex.quote(word)}" for word in words)


def _packs(settings: Settings) -> Sequence[Pack]:
    """Return the vocabulary packs; raises SettingsError if the folder does not exist."""
    from ingest.packs.pack import SHIPPED_PACKS, read_packs

    named = settings.vocabulary_packs
    if named and not Path(named).is_dir():
        raise SettingsError(f"VOCABULARY_PACKS: {named}: the folder does not exist.")
    return read_packs(Path(named or SHIPPED_PACKS))


def current_user() -> str:
    """Return who runs this, for the records."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def embeddings_of(settings: Settings) -> SentenceTransformerEmbeddings:
    """Return the configured embedding model, using all CPUs."""
    from kb.embedder.embeddings import SentenceTransformerEmbeddings

    return SentenceTransformerEmbeddings(
        settings.embedding_model, settings.home.models, threads=os.cpu_count() or 1
    )


def _as_json(printed: IngestResult | IngestFailure) -> str:
    return json_format.dumps(printed.model_dump(mode="json"), ensure_ascii=False)


def _progress(
    console: Console, *, quiet: bool, lines: bool
) -> AbstractContextManager[TaskProgress]:
    if lines:
        return json_lines()
    return silence() if quiet else progress_bars(console)


def _stop_at_the_gate(done: Ingested, plan: Plan) -> None:
    from ingest.check.gate import GateError

    gate = done.gate
    if gate is None or gate.passed or plan.accept:
        return
    what = f"It is held: guidebot publish {done.snapshot} --accept, or guidebot discard"
    raise GateError(
        f"{_are_worse(len(gate.regressions))} answered worse than before "
        f"({gate.allowed} allowed). Nothing was published. "
        + (f"{what} {done.snapshot}" if done.held else "To publish anyway, add --accept.")
    )


def _are_worse(number: int) -> str:
    return f"{counted(number, 'golden question')} {'is' if number == 1 else 'are'}"


def _show(done: Ingested, console: Console, words: str) -> None:
    from ingest.check.report import show
    from ingest.suggest.unworded import unworded_message

    summary = done.summary
    for path in summary.passed_over:
        console.print(f"Not a guide, skipped: {path}", markup=False, soft_wrap=True)
    for error in summary.left_out:
        console.print(f"Left out: {error}", markup=False, style="yellow", soft_wrap=True)
    for remark in summary.remarks:
        console.print(remark, markup=False, style="yellow", soft_wrap=True)
    for guide in summary.kept:
        console.print(f"Kept as it was: {guide}", markup=False, style="yellow", soft_wrap=True)
    for guide in summary.gone:
        console.print(f"No longer a source: {guide}", markup=False, style="yellow", soft_wrap=True)
    show(done.diff, done.gate, console)
    for pack in done.packs:
        console.print(
            f"pack {pack.name}: {pack.matched} of {counted(pack.problems, 'problem')} of these "
            "guides; --no-packs leaves it out",
            markup=False,
            soft_wrap=True,
        )
    console.print(
        f"{counted(summary.guides, 'guide')}, {counted(summary.sections, 'section')}, "
        f"{counted(summary.chunks, 'chunk')} "
        f"({summary.embedded} embedded, {summary.reused} reused) in {summary.seconds:.1f} s, "
        f"peak memory {summary.peak} MiB",
        markup=False,
    )
    if done.published:
        line = f"Live now: {done.snapshot}  ({done.path.resolve()})"
    elif done.held:
        line = f"Held, not live: {done.snapshot}  (guidebot publish {done.snapshot})"
    else:
        line = "Not published."
    console.print(line, markup=False, soft_wrap=True)
    unworded = unworded_message(
        summary.without_wordings, summary.drafts_waiting, summary.problems, words=words
    )
    if unworded:
        console.print(unworded, markup=False, soft_wrap=True)
