"""A guide about doors, in a folder of its own, and the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingest.cli import app
from ingest.source import Source
from ingest.suggest.guide_files import read_guide_file
from ingest.suggest.problems import ProblemToWord

GUIDE = """# Doors

## It is stuck

1. Push it.
2. Pull it.

## The hinge squeaks

Oil the hinge.

## Resolution

Call the porter at the front desk.
"""

Run = Callable[..., Result]


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUIDEBOT_HOME", str(tmp_path / "home"))
    for name in ("CHAT_MODEL", "CHAT_BASE_URL", "DRAFTS"):
        monkeypatch.delenv(name, raising=False)
    path = Path("doors.en.md")
    path.write_text(GUIDE, "utf-8")
    return path


@pytest.fixture
def suggest() -> Run:
    def run(*arguments: str, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, ["suggest", *arguments], input=input)

    return run


def problems_in(guide: Path) -> tuple[ProblemToWord, ...]:
    return read_guide_file(Source(guide)).problems


def reply_for(guide: Path, *wordings: str) -> str:
    """Return a reply with a wording for each problem, in the guide's order."""
    lines: list[str] = []
    for number, problem in enumerate(problems_in(guide)):
        lines += [f"## {problem.id}", f"ask: {wordings[number]}"] if number < len(wordings) else []
    return "\n".join(lines) + "\n"
