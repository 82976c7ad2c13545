"""`guidebot doctor`, in front of a loopback Slack."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.doctor.checks import CheckResult, State, run_checks
from bot.doctor.context import DoctorContext
from bot.memory.database import inspect_database
from bot.memory.store import Store
from kb.errors import SettingsError
from kb.paths import Home
from testing.slack_server import SlackServer
from tests.bot.conftest import copy_home
from tests.command import Ended, guidebot
from tests.forked import run_guidebot

STATES = {
    "settings": "ok",
    "bot token": "ok",
    "app token": "ok",
    "workspace": "ok",
    "scopes": "ok",
    "socket mode": "ok",
    "human channel": "ok",
    "user token": "ok",
    "home": "ok",
    "privacy": "ok",
    "database": "ok",
    "snapshot store": "skipped",
    "guides": "ok",
    "model": "ok",
    "embedder": "ok",
    "chat model": "skipped",
}


@pytest.fixture
def own_home(sample_home: Home, tmp_path: Path) -> Home:
    """A copy of the sample guide's home folder, with a database."""
    home = Home(tmp_path / "own")
    home.root.mkdir(0o700)
    copy_home(sample_home, home)
    Store(home.database).close()
    return home


def doctor(slack: SlackServer, home: Home, *arguments: str, **settings: str) -> Ended:
    environment = {**slack.environment, "GUIDEBOT_HOME": str(home.root), **settings}
    return guidebot("doctor", *arguments, **environment)


def checked(result: Ended) -> dict[str, CheckResult]:
    assert result.stderr == ""
    report = json.loads(result.stdout)
    findings = {each["check"]: CheckResult(**each) for each in report["checks"]}
    failed = any(finding.state == "failed" for finding in findings.values())
    assert report["ok"] is not failed and result.returncode == int(failed)
    for finding in findings.values():
        if finding.state in ("failed", "warning"):
            assert finding.advice, finding
    return findings


def in_a_process(slack: SlackServer, home: Home, *arguments: str, **settings: str) -> Ended:
    """The same in a process of its own."""
    environment = {**slack.environment, "GUIDEBOT_HOME": str(home.root), **settings}
    return run_guidebot(
        home.root.parent, "doctor", *arguments, environment={**os.environ, **environment}
    )


def states(findings: dict[str, CheckResult]) -> dict[str, str]:
    return {name: str(finding.state) for name, finding in findings.items()}


@dataclass
class Inside:
    """The checks in this process, up to the one in question: the model is loaded in few tests."""

    slack: SlackServer
    monkeypatch: pytest.MonkeyPatch
    home: Home
    settings: dict[str, str] = field(default_factory=dict)

    def check(self, name: str, **settings: str) -> CheckResult:
        for key, value in {
            **self.slack.environment,
            "GUIDEBOT_HOME": str(self.home.root),
            **settings,
        }.items():
            self.monkeypatch.setenv(key, value)
        return next(finding for finding in run_checks(DoctorContext()) if finding.check == name)


@pytest.fixture
def inside(slack: SlackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Inside:
    return Inside(slack, monkeypatch, Home(tmp_path / "inside"))


def test_all_is_well(slack: SlackServer, own_home: Home) -> None:
    slack.add_channel("C9", "ask-a-human")
    slack.installation.scopes.add("channels:read")
    set_up = {"HUMAN_CHANNEL": "C9", "SLACK_USER_TOKEN": slack.user_token}
    before = own_home.database.read_bytes()
    findings = checked(in_a_process(slack, own_home, "--json", **set_up))
    assert states(findings) == STATES
    assert "@guidebot in Guide Works" in findings["workspace"].seen
    assert "#ask-a-human" in findings["human channel"].seen
    assert "2 guides, 14 sections" in findings["guides"].seen
    assert "multilingual-e5-small" in findings["model"].seen and " ms" in findings["model"].seen
    assert "GB free" in findings["home"].seen
    assert own_home.database.read_bytes() == before
    # Without a socket, the running bot gets all of its events.
    assert slack.connections_opened == 0
    for token in slack.environment["SLACK_BOT_TOKEN"], slack.app_token, slack.user_token:
        assert token not in str(findings)


def test_nothing_is_set_up(slack: SlackServer, home: Home) -> None:
    result = doctor(slack, home, SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="xoxb-mixed-up")
    assert result.returncode == 1 and result.stderr == ""
    lines = result.stdout.splitlines()
    assert "failed   bot token      SLACK_BOT_TOKEN is not set" in lines
    assert "SLACK_APP_TOKEN does not begin with xapp-" in result.stdout
    assert "OAuth & Permissions, Bot User OAuth Token" in result.stdout
    assert "scope connections:write" in result.stdout
    assert "cannot be checked until this is fixed: bot token" in result.stdout
    assert "cannot be checked until this is fixed: guides" in result.stdout
    assert "Run: guidebot ingest PATH..." in result.stdout
    assert lines[-1] == "Failed: bot token, app token, guides."
    assert "mixed-up" not in result.stdout and slack.calls() == []


def test_settings_that_are_wrong_stop_everything_else(slack: SlackServer, tmp_path: Path) -> None:
    result = doctor(slack, Home(tmp_path / "none"), "--json", LOG_LEVEL="LOUD")
    findings = checked(result)
    assert states(findings) == {**dict.fromkeys(STATES, "skipped"), "settings": "failed"}
    assert "LOG_LEVEL" in findings["settings"].advice
    assert not (tmp_path / "none").exists()


def test_a_token_that_slack_refuses(inside: Inside) -> None:
    inside.slack.fail_next("auth.test", "account_inactive")
    refused = inside.check("workspace")
    assert refused.state is State.FAILED and "account_inactive" in refused.seen
    assert "Install App" in refused.advice
    inside.slack.fail_next("auth.test", "invalid_auth")
    assert inside.check("scopes").state is State.SKIPPED


def test_tokens_that_were_pasted_badly(inside: Inside) -> None:
    found = inside.check("bot token", SLACK_BOT_TOKEN="xoxb-secret…")
    assert found.state is State.FAILED and "secret" not in f"{found.seen} {found.advice}"


def test_slack_that_cannot_be_reached(inside: Inside) -> None:
    found = inside.check("workspace", SLACK_API_URL="http://127.0.0.1:9/api/")
    assert found.state is State.FAILED
    assert "http://127.0.0.1:9/api/ cannot be reached" in found.seen
    assert "HTTPS_PROXY" in found.advice


def test_something_else_at_the_address(inside: Inside) -> None:
    elsewhere = inside.slack.api_url.replace("/api/", "/elsewhere/")
    found = inside.check("workspace", SLACK_API_URL=elsewhere)
    assert found.state is State.FAILED and "does not respond like Slack" in found.seen


def test_scopes_that_are_missing(inside: Inside) -> None:
    inside.slack.installation.scopes -= {"reactions:read", "im:history"}
    inside.slack.installation.scopes |= {"files:read"}
    found = inside.check("scopes")
    assert found.state is State.FAILED
    assert found.seen == "missing: im:history, reactions:read"
    assert "reinstall the app" in found.advice


def test_socket_mode_that_is_off(inside: Inside) -> None:
    inside.slack.installation.warnings = ["[WARN] Socket Mode is not turned on."]
    found = inside.check("socket mode")
    assert found.state is State.WARNING
    assert "Socket Mode is not turned on" in found.seen and "Socket Mode" in found.advice


def test_an_app_token_without_its_scope(inside: Inside) -> None:
    inside.slack.fail_next("apps.connections.open", "missing_scope")
    found = inside.check("socket mode")
    assert found.state is State.FAILED and "missing_scope" in found.seen
    assert "connections:write" in found.advice


@pytest.mark.parametrize("scopes", [set(), {"channels:read", "groups:read"}])
def test_a_channel_for_humans_without_the_bot(inside: Inside, scopes: set[str]) -> None:
    inside.slack.installation.scopes |= scopes
    inside.slack.add_channel("C9", "ask-a-human", is_member=False)
    found = inside.check("human channel", HUMAN_CHANNEL="C9")
    assert found.state is State.FAILED and "the bot is not in" in found.seen
    assert "/invite @guidebot" in found.advice


@pytest.mark.parametrize("private", [False, True])
def test_a_channel_for_humans_is_found_without_its_scope(inside: Inside, private: bool) -> None:
    inside.slack.add_channel("C9", "ask-a-human", is_private=private)
    found = inside.check("human channel", HUMAN_CHANNEL="C9")
    assert found.state is State.OK and "the bot is in C9" in found.seen
    assert ("groups:read" if private else "channels:read") in found.seen
    inside.slack.installation.scopes -= {"channels:history", "groups:history"}
    found = inside.check("human channel", HUMAN_CHANNEL="C9")
    assert found.state is State.SKIPPED and "cannot be looked up" in found.seen


def test_channels_for_humans_that_cannot_be_it(inside: Inside) -> None:
    inside.slack.installation.scopes |= {"channels:read"}
    inside.slack.add_channel("C8", "old", is_archived=True)
    assert "#old (C8) is archived" in inside.check("human channel", HUMAN_CHANNEL="C8").seen
    unknown = inside.check("human channel", HUMAN_CHANNEL="C7")
    assert unknown.state is State.FAILED and "channel_not_found" in unknown.seen
    assert "HUMAN_CHANNEL" in unknown.advice
    assert inside.check("human channel", HUMAN_CHANNEL="").state is State.SKIPPED


def test_user_tokens(inside: Inside) -> None:
    token = inside.slack.user_token
    assert "is not set" in inside.check("user token").seen
    assert "xoxp-" in inside.check("user token", SLACK_USER_TOKEN="xoxb-1").seen
    assert "invalid_auth" in inside.check("user token", SLACK_USER_TOKEN="xoxp-1").seen
    assert "@admin" in inside.check("user token", SLACK_USER_TOKEN=token).seen
    inside.slack.installation.user_scopes = set()
    assert "chat:write" in inside.check("user token", SLACK_USER_TOKEN=token).seen
    inside.slack.installation.user_team = "T0OTHER"
    assert "another workspace" in inside.check("user token", SLACK_USER_TOKEN=token).seen


def test_a_home_that_cannot_be_written_to(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    found = inside.check("home", GUIDEBOT_HOME=str(tmp_path / "file" / "home"))
    assert found.state is State.FAILED and "is not writable" in found.seen


def test_what_others_may_read(inside: Inside, tmp_path: Path) -> None:
    inside.monkeypatch.chdir(tmp_path)
    root = inside.home.root
    root.mkdir(0o755)
    (root / "bot.sqlite").touch(0o600)
    assert inside.check("privacy").state is State.OK
    (root / "bot.sqlite").chmod(0o640)
    wide = inside.check("privacy")
    assert wide.state is State.WARNING and "bot.sqlite" in wide.seen and "chmod -R" in wide.advice
    root.chmod(0o700)
    assert inside.check("privacy").state is State.OK
    (tmp_path / ".env").touch(0o644)
    env = inside.check("privacy")
    assert env.state is State.WARNING and "chmod 600 .env" in env.advice


def test_databases(inside: Inside) -> None:
    database = inside.home.database
    assert "empty" in inside.check("database").seen
    assert not database.exists()
    Store(database).close()
    newest = inspect_database(database).newest
    assert inside.check("database").seen.endswith(f"migration {newest}, the latest")
    _set_revision(database, "0001")
    assert inside.check("database").state is State.WARNING
    _set_revision(database, "9999")
    newer = inside.check("database")
    assert newer.state is State.FAILED and "newer than this version" in newer.seen
    database.write_bytes(b"no database at all" * 100)
    damaged = inside.check("database")
    assert damaged.state is State.FAILED and "not a database" in damaged.seen


def test_a_database_that_somebody_else_writes_to(inside: Inside) -> None:
    Store(inside.home.database).close()
    with sqlite3.connect(inside.home.database, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        found = inside.check("database")
        other.execute("ROLLBACK")
    other.close()
    assert found.state is State.FAILED and "locked" in found.seen


@pytest.mark.parametrize("url", ["a-password-alone", "nosuch://user:a-password@host/name"])
def test_database_urls_that_are_wrong_are_not_shown(inside: Inside, url: str) -> None:
    found = inside.check("database", DATABASE_URL=url)
    assert found.state is State.FAILED and "DATABASE_URL" in found.seen
    assert "a-password" not in f"{found.seen} {found.advice}"
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Store(url)


def test_http_mode_and_installation_by_oauth_need_other_tokens(inside: Inside) -> None:
    by_http = inside.check("app token", SLACK_SIGNING_SECRET="secret", SLACK_APP_TOKEN="")
    assert by_http.state is State.SKIPPED and "over HTTP" in by_http.seen
    installed = inside.check("bot token", SLACK_CLIENT_ID="1.2", SLACK_BOT_TOKEN="")
    assert installed.state is State.SKIPPED and "each workspace" in installed.seen


def test_a_store_of_snapshots(inside: Inside, tmp_path: Path) -> None:
    url = f"file://{tmp_path}/store"
    empty = inside.check("snapshot store", SNAPSHOTS_URL=url)
    assert empty.state is State.WARNING and "nothing has been published" in empty.seen
    (tmp_path / "store").mkdir()
    parse_target = {"name": "one", "since": "", "manifest": {"size": 0, "sha256": ""}}
    (tmp_path / "store" / "current").write_text(json.dumps(parse_target), "utf-8")
    newer = inside.check("snapshot store", SNAPSHOTS_URL=url)
    assert newer.state is State.WARNING and newer.advice == "Run: guidebot pull"
    inside.home.snapshots.mkdir(parents=True)
    (inside.home.snapshots / "current").write_text("one\n", "utf-8")
    assert inside.check("snapshot store", SNAPSHOTS_URL=url).state is State.OK
    (tmp_path / "store" / "current").write_text("{}", "utf-8")
    assert inside.check("snapshot store", SNAPSHOTS_URL=url).advice == "Check SNAPSHOTS_URL."
    wrong = inside.check("snapshot store", SNAPSHOTS_URL="s3://key:secret@bucket")
    assert wrong.state is State.FAILED and "secret" not in wrong.seen


def test_guides_that_are_damaged(inside: Inside, sample_home: Home) -> None:
    assert "nothing has been published yet" in inside.check("guides").seen
    shutil.copytree(sample_home.snapshots, inside.home.snapshots)
    assert inside.check("guides").state is State.OK
    (chunks,) = inside.home.snapshots.glob("*/chunks.jsonl")
    chunks.write_bytes(b"")
    damaged = inside.check("guides")
    assert damaged.state is State.FAILED and "checksum" in damaged.seen
    assert "guidebot ingest" in damaged.advice


def test_a_model_that_is_not_the_guides(slack: SlackServer, own_home: Home) -> None:
    model = next((own_home.models).glob("multilingual-e5-small*/"))
    findings = checked(doctor(slack, own_home, "--json", EMBEDDING_MODEL=str(model)))
    assert findings["model"].state == "ok"
    assert findings["embedder"].state == "failed"
    assert "made with the embedding model" in findings["embedder"].seen


def test_a_model_that_is_not_there(slack: SlackServer, own_home: Home, tmp_path: Path) -> None:
    findings = checked(doctor(slack, own_home, "--json", EMBEDDING_MODEL=str(tmp_path / "none")))
    assert findings["model"].state == "failed" and "cannot be loaded" in findings["model"].seen
    assert "EMBEDDING_MODEL" in findings["model"].advice
    assert findings["embedder"].state == "skipped"


def _set_revision(database: Path, revision: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()
