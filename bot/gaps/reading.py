"""Input of the docs team's commands: the bot's database, and the live guides."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kb.errors import GuidebotError, NoSnapshotError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.memory.store import Store
    from bot.settings import BotSettings
    from kb.snapshot.format import Snapshot

_PERIOD = re.compile(r"(\d{1,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


def hours(since: str) -> int:
    """Convert a period such as 7d to hours; raises BadParameter."""
    found = _PERIOD.fullmatch(since)
    if not found or not int(found[1]):
        raise typer.BadParameter(
            f"{since!r} is not a period such as 12h, 7d or 4w", param_hint="--since"
        )
    return int(found[1]) * _HOURS[found[2]]


def open_store(settings: BotSettings) -> Store:
    """Open the bot's database; raises GuidebotError if there is none or it cannot be used."""
    from bot.memory.store import Store

    database = settings.database
    if isinstance(database, Path) and not database.exists():
        raise GuidebotError(
            f"{database.absolute()}: there is no database. Either the bot has not been started "
            "yet, or this is not its folder: use the bot's GUIDEBOT_HOME (or DATABASE_URL)."
        )
    return Store(database)


def live_snapshot(settings: BotSettings) -> Snapshot | None:
    """Return the live snapshot, if there is one. Raises SnapshotError if it cannot be read."""
    from kb.snapshot.live import open_current

    try:
        return open_current(settings.home.snapshots)
    except NoSnapshotError:
        return None


def headings_of(snapshot: Snapshot | None) -> dict[str, str]:
    """Return the headings of all sections by "guide#anchor"."""
    found: dict[str, str] = {}
    if snapshot:
        for row in range(snapshot.manifest.sections):
            section = snapshot.section(row)
            guide = snapshot.guides[section.guide]
            found.setdefault(f"{guide.id}#{section.section.anchor}", section.section.heading)
    return found


def source_of(
    name: str, language: str, snapshot: Snapshot | None, known: Collection[str]
) -> tuple[str, str]:
    """Return a section's file and anchor, in the edition for a language if there is one.

    `known` are the names of all sections. Raises GuidebotError if `name` is not one of them.
    """
    guide_id, _, anchor = name.partition("#")
    editions = [guide for guide in snapshot.guides if guide.id == guide_id] if snapshot else []
    if name not in known or not editions:
        raise GuidebotError(f"The live guides have no section {name!r}. Choose one with --section.")
    edition = next((guide for guide in editions if guide.language == language), editions[0])
    return edition.source, anchor


def add_also_asked(source: str, anchor: str, questions: Sequence[str]) -> None:
    """Add questions to a section's `also_asked`; raises typer.Exit if that fails."""
    # Guides are edited by ingest, which the bot must not import.
    command = [sys.executable, "-m", "guidebot", "also-asked"]
    done = subprocess.run([*command, "--", source, anchor, *questions], check=False)
    if done.returncode:
        raise typer.Exit(done.returncode)
