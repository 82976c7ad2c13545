"""The image and the compose file: that what they name is there, and how the image starts."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.operations.http import parse_address
from bot.settings import BotSettings
from tests.conftest import REPOSITORY

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
ENTRYPOINT = REPOSITORY / "deploy" / "entrypoint.sh"
SETTINGS = {name.upper() for name in BotSettings.model_fields}
# What is read by others than the settings.
OTHERS = {"PATH", "PIP_DISABLE_PIP_VERSION_CHECK", "PYTHONUNBUFFERED", "HF_HUB_OFFLINE"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    return found["project"]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / "compose.yaml").read_text("utf-8"))
    return found["services"]  # type: ignore[no-any-return]


def copied() -> list[str]:
    """Return what the Dockerfile copies from the checkout."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_what_the_image_copies_is_there_and_is_not_ignored() -> None:
    ignored = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()
    let_through = [line[1:] for line in ignored if line.startswith("!")]
    assert copied() and "*" in ignored
    for source in copied():
        assert (REPOSITORY / source).exists(), source
        assert any(source == each or source.startswith(f"{each}/") for each in let_through), source
    for secret in (".env", "kb/.env"):
        assert any(fnmatch(f"/{secret}", f"*{line.removeprefix('**')}") for line in ignored)


def test_the_image_has_all_that_the_wheel_is_made_of(project: dict[str, Any]) -> None:
    needed = {"pyproject.toml", "guidebot.py", "bot", "guides", "ingest", "kb"}
    assert needed | {project["readme"], *project["license-files"]} <= set(copied())


def test_the_image_asks_for_the_same_torch_and_for_extras_that_there_are(
    project: dict[str, Any],
) -> None:
    (torch,) = re.findall(r"'(torch[^']*)'", DOCKERFILE)
    assert torch in project["dependencies"]
    (extras,) = re.findall(r"^ARG EXTRAS=(.+)$", DOCKERFILE, re.MULTILINE)
    assert set(extras.split(",")) <= set(project["optional-dependencies"])


def test_the_image_sets_what_is_a_setting() -> None:
    lines = re.findall(r"^ENV (.+)$", DOCKERFILE, re.MULTILINE)
    names = {each.partition("=")[0] for line in lines for each in line.split()}
    assert names <= SETTINGS | OTHERS


def test_the_image_looks_whether_the_bot_is_ready_where_it_says_so() -> None:
    (address,) = re.findall(r"STATUS_ADDRESS=(\S+)", DOCKERFILE)
    (port, page) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", DOCKERFILE)[0]
    assert parse_address(address) == ("0.0.0.0", int(port))
    assert page in (REPOSITORY / "bot" / "operations" / "http.py").read_text("utf-8")
    assert f"EXPOSE {port}" in DOCKERFILE


def test_the_image_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["10001"]


def test_compose_sets_what_is_a_setting(services: dict[str, Any], project: dict[str, Any]) -> None:
    bot = services["bot"]
    assert set(bot["environment"]) <= SETTINGS
    assert bot["image"] == f"guidebot:{project['version']}"
    (home,) = re.findall(r"GUIDEBOT_HOME=(\S+)", DOCKERFILE)
    assert bot["environment"]["GUIDEBOT_HOME"] == home
    assert f"home:{home}" in bot["volumes"]
    assert f"VOLUME {home}" in DOCKERFILE
    url, postgres = bot["environment"]["DATABASE_URL"], services["postgres"]["environment"]
    assert url.startswith(f"postgresql+psycopg://{postgres['POSTGRES_USER']}:")
    assert url.endswith(f"@postgres/{postgres['POSTGRES_DB']}")


def test_the_changelog_has_the_version(project: dict[str, Any]) -> None:
    changelog = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)
    assert headings[:2] == ["Unreleased", project["version"]]


def start(folder: Path, *arguments: str, doctor: int = 0, **settings: str) -> tuple[int, list[str]]:
    """Start the image's way, with a guidebot that notes what it is told to do."""
    said, program = folder / "said", folder / "guidebot"
    program.write_text(f'#!/bin/sh\necho "$@" >> {said}\n[ "$1" != doctor ] || exit {doctor}\n')
    program.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "GUIDEBOT_HOME": str(folder / "home"), **settings}
    done = subprocess.run([ENTRYPOINT, *arguments], env=environment)
    return done.returncode, said.read_text("utf-8").splitlines()


def test_the_image_serves_if_the_doctor_finds_nothing(tmp_path: Path) -> None:
    assert start(tmp_path, "serve", "--http", ":3000") == (0, ["doctor", "serve --http :3000"])


def test_the_image_refuses_to_serve_if_the_doctor_does(tmp_path: Path) -> None:
    assert start(tmp_path, "serve", doctor=1) == (1, ["doctor"])


def test_the_image_pulls_shared_snapshots_before(tmp_path: Path) -> None:
    code, said = start(tmp_path, "serve", SNAPSHOTS_URL="s3://guides")
    assert (code, said) == (0, ["pull", "doctor", "serve"])


def test_other_commands_run_as_they_are(tmp_path: Path) -> None:
    assert start(tmp_path, "ask", "a b", doctor=1) == (0, ["ask a b"])
