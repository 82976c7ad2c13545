"""The pages used by the benchmarks of ingest and of search over many pages."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import REPOSITORY
from kb.snapshot.live import current_name

DEFAULT_FOLDER = REPOSITORY.parent / "shared" / "corpus" / "iam-user-guide"


def pages_of(folder: Path) -> list[Path]:
    """Return the Markdown pages in a folder; exits with a message if there are none."""
    found = sorted(folder.glob("*.md"))
    if not found:
        sys.exit(f"{folder}: no Markdown pages here. Name a folder that has some.")
    return found


def change(page: Path) -> None:
    """Add a sentence to a page."""
    page.write_text(page.read_text("utf-8") + "\n\nOne more sentence, which is new.\n", "utf-8")


def empty_home(home: Path, unpacked: Path) -> Path:
    """Make a home with nothing published, using the model already unpacked in another."""
    home.mkdir()
    (home / "models").symlink_to(unpacked / "models")
    return home


def live_snapshot(home: Path) -> Path:
    """Return the folder of the live snapshot."""
    name = current_name(home / "snapshots")
    assert name is not None
    return home / "snapshots" / name
