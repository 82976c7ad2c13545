"""The pages that the benchmarks of ingest and of search over many pages take."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import REPOSITORY

DEFAULT_FOLDER = REPOSITORY.parent / "shared" / "corpus" / "iam-user-guide"


def pages_of(folder: Path) -> list[Path]:
    """Return the Markdown pages in a folder; exits, saying so, if there are none."""
    found = sorted(folder.glob("*.md"))
    if not found:
        sys.exit(f"{folder}: there are no Markdown pages here. Name a folder of them.")
    return found


def change(page: Path) -> None:
    """Add a sentence to a page."""
    page.write_text(page.read_text("utf-8") + "\n\nOne more sentence, which is new.\n", "utf-8")
