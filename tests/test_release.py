"""The wheel: what it holds, and that it answers without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from kb.paths import Home
from tests.conftest import REPOSITORY
from tests.test_project import ROOMS

# What a wheel is made of, besides the rooms.
_SOURCES = ("LICENSE", "README.md", "guidebot.py", "pyproject.toml")
_PACKED = (*ROOMS, "guides/packs")

GUIDE = """# Doors

## It is stuck

1. Turn the key to the left.
2. Push the door with your shoulder.

## It squeaks

Put a drop of oil on the hinge.
"""


def run(*command: str | Path, cwd: Path, **settings: str) -> str:
    """Return what a command prints, run away from the checkout; nothing may go wrong."""
    environment = {**os.environ, **settings}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, as building leaves things behind."""
    source, wheels = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    for name in _SOURCES:
        shutil.copy(REPOSITORY / name, source)
    for name in _PACKED:
        leftovers = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, source / name, ignore=leftovers)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps")
    run(*pip, "--no-build-isolation", "--wheel-dir", wheels, source, cwd=source)
    (built,) = wheels.glob("*.whl")
    return built


@pytest.mark.e2e
def test_every_file_of_the_rooms_is_in_the_wheel(wheel: Path) -> None:
    there = {
        path.relative_to(REPOSITORY).as_posix()
        for name in _PACKED
        for path in (REPOSITORY / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == {*there, "guidebot.py"}


def test_a_question_is_answered_without_the_checkout(
    wheel: Path, home: Home, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"
    venv.create(fresh, with_pip=False, symlinks=True)
    python = fresh / "bin" / "python"
    own = Path(run(python, "-c", _OWN_FOLDER, cwd=tmp_path).strip())
    # The libraries of this environment, but not its guidebot: that is named in a .pth file, and
    # none is read in a folder that another .pth file names.
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index")
    run(*pip, "--no-deps", wheel, cwd=tmp_path)

    where, packs, printed = run(python, "-c", _WHERE, cwd=tmp_path).split(maxsplit=2)
    assert Path(where).is_relative_to(own) and int(packs) > 0
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert printed == f"guidebot {project['version']}\n"
    guidebot = fresh / "bin" / "guidebot"
    (tmp_path / "doors.en.md").write_text(GUIDE, "utf-8")
    settings = {"GUIDEBOT_HOME": str(home.root)}
    run(guidebot, "ingest", "--quiet", "doors.en.md", cwd=tmp_path, **settings)
    answer = run(guidebot, "ask", "the door is stuck", cwd=tmp_path, **settings)
    assert "Push the door with your shoulder" in answer and "It is stuck" in answer


_OWN_FOLDER = "import sysconfig; print(sysconfig.get_path('purelib'))"
_WHERE = """
import kb
from guidebot import run
from ingest.packs.pack import SHIPPED_PACKS, read_packs
print(kb.__file__, len(read_packs(SHIPPED_PACKS)))
run(["--version"])
"""
