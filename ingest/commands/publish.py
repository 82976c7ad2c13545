"""The commands for snapshots: publish, discard, status, rollback, pull, verify."""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.commands.ingest import By, current_user
from ingest.publish.disk import explain_disk_errors
from kb.errors import DamagedSnapshotError, NoSnapshotError, SettingsError
from kb.settings import Settings, load_settings
from kb.terminal.output import echo, new_console
from kb.text.counted import counted

if TYPE_CHECKING:
    from ingest.publish.status import LiveStatus

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

# How many problems without wordings the JSON names; chosen by hand.
_NAMED = 5
_STILL = "The live snapshot is unchanged."


@app.command()
def publish(
    name: Annotated[str, typer.Argument(help="A snapshot held by `guidebot ingest --hold`.")],
    accept: Annotated[
        bool, typer.Option("--accept", help="Publish even if questions are answered worse.")
    ] = False,
    by: By = "",
) -> None:
    """Make a held snapshot the live one."""
    from ingest.publish.candidates import publish_held
    from ingest.publish.lock import WAIT_SECONDS, WriterLock
    from ingest.publish.shared import join_store

    settings = load_settings(Settings)
    home, who, keep = settings.home, by or current_user(), settings.snapshots_kept
    with explain_disk_errors(home.root, _STILL), WriterLock(home, WAIT_SECONDS, who, _waiting):
        shared = join_store(settings.snapshots_url, home, keep)
        publish_held(name, home, who, keep, accept=accept, shared=shared)
    echo(f"Live now: {name}")


@app.command()
def discard(
    name: Annotated[str, typer.Argument(help="A snapshot held by `guidebot ingest --hold`.")],
) -> None:
    """Delete a held snapshot."""
    from ingest.publish.live import discard as remove
    from ingest.publish.lock import WAIT_SECONDS, WriterLock

    home = load_settings(Settings).home
    with explain_disk_errors(home.root, _STILL), WriterLock(home, WAIT_SECONDS, waiting=_waiting):
        remove(name, home)
    echo(f"Discarded: {name}")


@app.command()
def rollback(
    name: Annotated[str | None, typer.Argument(help="Default: the previous live snapshot.")] = None,
    by: By = "",
) -> None:
    """Roll back to an earlier snapshot."""
    from ingest.publish.live import roll_back
    from ingest.publish.lock import WAIT_SECONDS, WriterLock
    from ingest.publish.shared import join_store

    settings = load_settings(Settings)
    home, who, keep = settings.home, by or current_user(), settings.snapshots_kept
    with explain_disk_errors(home.root, _STILL), WriterLock(home, WAIT_SECONDS, who, _waiting):
        shared = join_store(settings.snapshots_url, home, keep)
        before, now = roll_back(home, name, who, keep, shared)
    echo(f"Live now: {now.name}")
    echo(f"Before:   {before.name}, since {before.since}. It is still on disk.")


@app.command()
def pull() -> None:
    """Make the live snapshot of the store at SNAPSHOTS_URL live here."""
    from ingest.publish.lock import WAIT_SECONDS, WriterLock
    from kb.snapshot.pull import pull as pull_snapshot
    from kb.snapshot.store import SnapshotStore

    settings = load_settings(Settings)
    if not settings.snapshots_url:
        raise SettingsError("SNAPSHOTS_URL is not set: there is no store to pull from.")
    home, store = settings.home, SnapshotStore(settings.snapshots_url)
    with explain_disk_errors(home.root, _STILL), WriterLock(home, WAIT_SECONDS, waiting=_waiting):
        pointer = pull_snapshot(store, home, settings.snapshots_kept).pointer
    if pointer is None:
        raise NoSnapshotError(f"{store.url}: nothing has been published there yet.")
    echo(f"Live now: {pointer.name}")


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="Default: all snapshots.")] = None,
) -> None:
    """Check snapshots' files against their checksums."""
    from ingest.publish.live import damaged, held_names
    from kb.snapshot.live import published

    home = load_settings(Settings).home
    names = [name] if name else [*published(home.snapshots), *held_names(home)]
    found = damaged(home, names)
    for each, error in found.items():
        echo(f"{each}: {error or 'good'}")
    if bad := [each for each, error in found.items() if error]:
        raise DamagedSnapshotError(
            f"{len(bad)} of {counted(len(found), 'snapshot')} {'is' if len(bad) == 1 else 'are'} "
            "damaged. Answers come from the newest good one; "
            "to repair, run: guidebot ingest PATH..."
        )


@app.command()
def status(json: Json = False) -> None:
    """Show what is live: since when, by whom, who may see each guide, and what has changed."""
    from ingest.publish.status import live_status

    found = live_status(load_settings(Settings).home)
    if json:
        shown = found.without_wordings[:_NAMED]
        said = found.model_copy(update={"without_wordings": shown}).model_dump(mode="json")
        echo(json_format.dumps(said, ensure_ascii=False))
    else:
        _show(found)


def _show(found: LiveStatus) -> None:
    from ingest.suggest.unworded import unworded_message

    counts, console = found.counts, new_console(markup=False, soft_wrap=True)
    by = f", by {found.by}" if found.by else ""
    console.print(f"{found.snapshot}  (live since {found.since}{by})")
    console.print(
        f"{counted(counts.guides, 'guide')}, {counted(counts.sections, 'section')}, "
        f"{counted(counts.chunks, 'chunk')}, {counted(counts.wordings, 'wording')}, "
        f"embedded with {found.embedding_model}"
    )
    for pack in found.packs:
        console.print(f"pack {pack.name}: {pack.matched} of {counted(pack.problems, 'problem')}")
    message = unworded_message(
        counts.without_wordings,
        counts.drafts_waiting,
        found.problems,
        named=found.without_wordings,
    )
    if message:
        console.print(message)
    for guide in found.guides:
        console.print(
            f"  {guide.id} ({guide.language})  {guide.title}  {guide.source}  "
            f"{guide.sha256[:12]}, {guide.state}, {_who(guide.visible_to)}"
        )
    for held in found.held:
        console.print(f"Held, not live: {held}")
    console.print(found.path)


def _who(visible_to: Sequence[str]) -> str:
    return f"for {', '.join(visible_to)} only" if visible_to else "for everyone"


def _waiting(what: str, done: int, total: int) -> None:
    if done <= 1:
        echo(f"{what}, up to {total} s.", err=True)
