"""The commands, as a person types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.paths import Home
from tests.conftest import SAMPLE_GUIDES

GUIDEBOT = str(Path(sys.executable).parent / "guidebot")


def run(*arguments: str, home: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GUIDEBOT, *arguments],
        env={**os.environ, "GUIDEBOT_HOME": str(home), "COLUMNS": "100"},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_ask_prints_steps_and_sources(sample_home: Home) -> None:
    result = run("ask", "I lost my secret key", home=sample_home.root)
    assert result.returncode == 0, result.stderr
    assert "I lost my access key or secret key" in result.stdout
    assert "1. List your keys" in result.stdout
    assert "aws iam list-access-keys" in result.stdout
    assert "IAM troubleshooting ›" in result.stdout
    assert "lines [1] " in result.stdout
    assert result.stderr == ""


def test_ask_json_is_the_whole_answer(sample_home: Home) -> None:
    result = run("ask", "--json", "シークレットキーをなくした", home=sample_home.root)
    answer = json.loads(result.stdout)
    assert answer["decision"] == "answer"
    assert answer["parts"][0]["steps"][0]["citations"] == [1]
    citation = answer["citations"][0]
    assert citation["guide_id"] == "iam-troubleshooting" and citation["language"] == "ja"
    assert citation["lines"]["first"] > 30 and citation["quote"] and citation["snapshot"]


def test_chat_answers_each_line(sample_home: Home) -> None:
    result = run("chat", home=sample_home.root, stdin="I lost my key\n\nMFA を消したい\n")
    assert result.returncode == 0, result.stderr
    assert "aws iam create-access-key" in result.stdout
    assert "aws iam delete-virtual-mfa-device" in result.stdout


def test_status_names_the_live_snapshot(sample_home: Home) -> None:
    result = run("status", home=sample_home.root)
    assert "2 guides, 14 sections" in result.stdout
    assert "iam-troubleshooting (ja)" in result.stdout


@pytest.mark.parametrize("command", [["ask", "x"], ["chat"], ["status"]])
def test_without_guides_the_next_step_is_named(command: list[str], tmp_path: Path) -> None:
    result = run(*command, home=tmp_path)
    assert result.returncode == 1
    assert "guidebot ingest PATH" in result.stderr
    assert "Traceback" not in result.stderr and result.stdout == ""


def test_bad_sources_are_named_and_nothing_is_published(tmp_path: Path) -> None:
    bad = tmp_path / "bad.md"
    bad.write_bytes(b"\xff\xfe")
    result = run("ingest", str(bad), str(tmp_path / "none.txt"), home=tmp_path / "home")
    assert result.returncode == 1
    assert f"{bad}: line 1: byte 0xff is not UTF-8" in result.stderr
    assert "none.txt: cannot be read" in result.stderr
    assert "Traceback" not in result.stderr
    assert not list((tmp_path / "home").rglob("current"))


def test_serve_without_tokens_names_them_and_exits_with_2(tmp_path: Path) -> None:
    result = run("serve", home=tmp_path)
    assert result.returncode == 2
    assert "SLACK_BOT_TOKEN is not set" in result.stderr
    assert "SLACK_APP_TOKEN is not set" in result.stderr
    assert "https://api.slack.com/apps" in result.stderr


def test_settings_that_are_wrong_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    monkeypatch.setenv("SLACK_API_URL", "slack")
    result = run("serve", home=tmp_path)
    assert result.returncode == 2
    assert "LOG_LEVEL" in result.stderr and "SLACK_API_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_ingest_if_none_leaves_what_is_there(sample_home: Home) -> None:
    result = run("ingest", "--if-none", str(SAMPLE_GUIDES), home=sample_home.root)
    assert result.returncode == 0 and result.stderr == ""
