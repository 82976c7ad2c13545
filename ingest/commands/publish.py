"""The commands for snapshots: publish, discard, status, rollback, pull, verify."""

from __future__ import annotations

import hashlib
import json as json_format
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ingest.commands.ingest import By, current_user
from ingest.publish.disk import explain_disk_errors
from kb.errors import DamagedSnapshotError, NoSnapshotError, SettingsError
from kb.settings import Settings, load_settings
from kb.terminal.output import echo, new_console
from kb.text.counted import counted

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

# A page of a web site, or a file in a repository at a ref.
_ELSEWHERE = re.compile(r"https?://|[^\s:]+@[^\s:]+:")
# How many problems without wordings are named; chosen by hand.
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
    from ingest.publish.live import held_names
    from ingest.suggest.unworded import headings_of_rows, unworded_in, unworded_message
    from kb.snapshot.live import open_current, published, read_live

    settings = load_settings(Settings)
    home = settings.home
    snapshot = open_current(home.snapshots)
    live, manifest = read_live(home.snapshots), snapshot.manifest
    unworded = unworded_in(snapshot)
    without = headings_of_rows(snapshot, unworded.without)
    since = live.since if live and live.name == snapshot.name else manifest.created
    by = live.by if live and live.name == snapshot.name else manifest.by
    guides = [
        {
            "id": guide.id,
            "language": guide.language,
            "title": guide.title,
            "source": guide.source,
            "sha256": guide.sha256,
            "visible_to": guide.visible_to,
            "state": _state(guide.source, guide.sha256),
        }
        for guide in snapshot.guides
    ]
    if json:
        echo(
            json_format.dumps(
                {
                    "snapshot": snapshot.name,
                    "since": since,
                    "by": by,
                    "counts": {
                        "guides": manifest.guides,
                        "sections": manifest.sections,
                        "chunks": manifest.chunks,
                        "wordings": len(snapshot.wordings),
                        "without_wordings": len(without),
                        "drafts_waiting": len(unworded.waiting),
                    },
                    "without_wordings": without[:_NAMED],
                    "packs": [pack.model_dump(mode="json") for pack in manifest.packs],
                    "embedding_model": manifest.embedder.model,
                    "path": str(snapshot.path.resolve()),
                    "guides": guides,
                    "published": published(home.snapshots),
                    "held": held_names(home),
                },
                ensure_ascii=False,
            )
        )
        return
    console = new_console(markup=False, soft_wrap=True)
    console.print(f"{snapshot.name}  (live since {since}{f', by {by}' if by else ''})")
    console.print(
        f"{counted(manifest.guides, 'guide')}, {counted(manifest.sections, 'section')}, "
        f"{counted(manifest.chunks, 'chunk')}, {counted(len(snapshot.wordings), 'wording')}, "
        f"embedded with {manifest.embedder.model}"
    )
    for pack in manifest.packs:
        console.print(f"pack {pack.name}: {pack.matched} of {counted(pack.problems, 'problem')}")
    total = len(set(snapshot.problems))
    if message := unworded_message(len(without), len(unworded.waiting), total, named=without):
        console.print(message)
    for guide in guides:
        console.print(
            f"  {guide['id']} ({guide['language']})  {guide['title']}  {guide['source']}  "
            f"{guide['sha256'][:12]}, {guide['state']}, {_who(guide['visible_to'])}"
        )
    for held in held_names(home):
        console.print(f"Held, not live: {held}")
    console.print(str(snapshot.path.resolve()))


def _who(visible_to: Sequence[str]) -> str:
    return f"for {', '.join(visible_to)} only" if visible_to else "for everybody"


def _state(source: str, sha256: str) -> str:
    """Return how a source on disk compares with the ingested one."""
    if _ELSEWHERE.match(source):
        return "fetched then"
    try:
        data = Path(source).read_bytes()
    except FileNotFoundError:
        return "not here"
    except OSError:
        return "cannot be read"
    return "unchanged" if hashlib.sha256(data).hexdigest() == sha256 else "changed"


def _waiting(what: str, done: int, total: int) -> None:
    if done <= 1:
        echo(f"{what}, up to {total} s.", err=True)
