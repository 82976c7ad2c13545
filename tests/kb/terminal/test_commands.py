"""The commands, as a person types them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from kb.paths import Home
from testing.openai_server import ChatServer
from testing.openai_server.models import good, none
from tests.bot.conftest import copy_home
from tests.command import Ended, guidebot
from tests.conftest import SAMPLE_GUIDES
from tests.forked import run_guidebot

pytestmark = pytest.mark.e2e

GUIDEBOT = str(Path(sys.executable).parent / "guidebot")


def run(*arguments: str, home: Path, stdin: str = "", **settings: str) -> Ended:
    return guidebot(*arguments, stdin=stdin, GUIDEBOT_HOME=str(home), COLUMNS="100", **settings)


def in_a_process(*arguments: str, home: Path, **settings: str) -> Ended:
    """The same in a process of its own, up to its very end."""
    done = subprocess.run(
        [GUIDEBOT, *arguments],
        env={**os.environ, "GUIDEBOT_HOME": str(home), "COLUMNS": "100", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


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
    bad.write_bytes(b"\xff\xfe\x00")
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
    result = in_a_process("serve", home=tmp_path)
    assert result.returncode == 2
    assert "LOG_LEVEL" in result.stderr and "SLACK_API_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_ingest_if_none_leaves_what_is_there(sample_home: Home) -> None:
    result = run("ingest", "--if-none", str(SAMPLE_GUIDES), home=sample_home.root)
    assert result.returncode == 0 and result.stderr == ""


@pytest.fixture
def own(sample_home: Home, tmp_path: Path) -> Home:
    """A home with the sample guide that a model's answers may be kept in."""
    home = Home(tmp_path / "home")
    copy_home(sample_home, home)
    return home


def test_answers_with_and_without_a_model_are_compared(own: Home, tmp_path: Path) -> None:
    questions = tmp_path / "questions.yaml"
    questions.write_text(
        "questions:\n"
        "  - {q: I lost my secret key, lang: en, expect: lost-access-key}\n"
        "  - {q: how do I reset my Salesforce password, lang: en, expect: not_covered}\n"
    )
    with ChatServer(none) as server:
        result = run(
            "eval",
            str(questions),
            "--model",
            f"--report={tmp_path / 'model.html'}",
            home=own.root,
            CHAT_MODEL="openai:scripted",
            CHAT_BASE_URL=server.url,
            CHAT_DECIDES="always",
        )
    assert result.returncode == 0, result.stderr
    assert "covered, answered" in result.stdout and "with the model" in result.stdout
    found = json.loads((tmp_path / "model.json").read_text("utf-8"))
    assert len(found["pairs"]) == 2 and found["asked"] == 2 and found["tokens"] > 1000
    answered = found["measures"]["covered, answered"]
    assert answered["without"]["mean"] == 1.0 and answered["with the model"]["mean"] == 0.0
    page = (tmp_path / "model.html").read_text("utf-8")
    assert "missed answer" in page and "Salesforce" not in page


class Collector(BaseHTTPRequestHandler):
    """A collector of OpenTelemetry's: what it was sent, by path."""

    sent: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.sent.append((self.path, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_traces_go_to_the_operators_collector(own: Home, tmp_path: Path) -> None:
    collector = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with ChatServer(good) as server:
            settings = {
                "GUIDEBOT_HOME": str(own.root),
                "CHAT_MODEL": "openai:scripted",
                "CHAT_BASE_URL": server.url,
                "CHAT_DECIDES": "always",
                "CHAT_TRACING": "opentelemetry",
                "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
            }
            result = run_guidebot(
                tmp_path, "ask", "I lost my secret key", environment={**os.environ, **settings}
            )
    finally:
        collector.shutdown()
        collector.server_close()
    assert "Chosen by a language model" in result.stdout, result.stderr
    assert "langsmith" not in result.stderr.lower()
    assert {path for path, _ in Collector.sent} == {"/v1/traces"}
    assert b"I lost my secret key" in b"".join(body for _, body in Collector.sent)
