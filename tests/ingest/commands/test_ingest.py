"""`guidebot ingest` and what programs read of it."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingest.check.gate import GateError
from ingest.cli import app
from ingest.publish.lock import WriterLock
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import NoSnapshotError, SettingsError
from kb.ingest_result import IngestFailure, IngestResult
from kb.paths import Home
from kb.snapshot.live import current_name

GUIDE = "# Doors\n\n## It is stuck\n\n1. Push it.\n2. Pull it.\n\n## It squeaks\n\nOil the hinge.\n"
QUESTIONS = "questions:\n  - {q: the hinge of the door squeaks, lang: en, expect: it-squeaks}\n"


@pytest.fixture(autouse=True)
def folder(
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A folder with a guide and golden questions, where the command is run."""
    monkeypatch.setenv("GUIDEBOT_HOME", str(home.root))
    monkeypatch.setattr("ingest.commands.ingest.embeddings_of", lambda _: embeddings)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "doors.en.md").write_text(GUIDE, "utf-8")
    (tmp_path / "questions.yaml").write_text(QUESTIONS, "utf-8")
    (tmp_path / "guidebot.toml").write_text(
        '[gate]\nquestions = ["questions.yaml"]\n\n'
        '[[guide]]\nid = "doors"\nsource = "doors.en.md"\n',
        "utf-8",
    )
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ingest", *arguments])


def test_json_has_the_diff_and_the_gate_and_nothing_else_is_said(folder: Path, home: Home) -> None:
    first = run("--json", "--by", "ann")
    assert first.exit_code == 0, first.output
    assert first.stderr == ""
    said = json.loads(first.stdout)
    assert list(said) == list(IngestResult.model_fields)
    assert said["published"] and said["snapshot"] == current_name(home.snapshots)
    assert said["summary"]["sections"] == 2 and said["gate"]["passed"]
    (folder / "doors.en.md").write_text(GUIDE.replace("Oil", "Grease"), "utf-8")
    (guide,) = json.loads(run("--json").stdout)["diff"]["guides"]
    assert [each["anchor"] for each in guide["sections"]] == ["it-squeaks"]


def test_json_says_why_it_failed(folder: Path) -> None:
    (folder / "empty.md").touch()
    failed = run("--json", "empty.md")
    failure = IngestFailure.model_validate_json(failed.stdout)
    assert failed.exit_code == 1 and "the guide is empty" in failure.error


def test_quiet_says_nothing_and_a_dry_run_says_what_would_be(folder: Path, home: Home) -> None:
    assert run("--quiet").output == ""
    live = current_name(home.snapshots)
    (folder / "doors.en.md").write_text(GUIDE.replace("Oil", "Grease"), "utf-8")
    dry = run("--dry-run", "--report", "diff.html")
    assert "It squeaks: changed" in dry.stderr and "Not published." in dry.stderr
    assert "<ins>Grease</ins>" in (folder / "diff.html").read_text("utf-8")
    assert current_name(home.snapshots) == live


def test_progress_for_programs(folder: Path) -> None:
    told = [json.loads(line) for line in run("--progress-json", "--json").stderr.splitlines()]
    assert {"what": "Reading guides", "done": 1, "total": 1} in told
    assert told[-1]["what"] == "Asking" and told[-1]["done"] == told[-1]["total"]


def test_the_gate_stops_with_an_exit_code_of_its_own(folder: Path, home: Home) -> None:
    run()
    live = current_name(home.snapshots)
    (folder / "doors.en.md").write_text(GUIDE[: GUIDE.index("## It squeaks")], "utf-8")
    stopped = run("--json")
    assert isinstance(stopped.exception, GateError) and stopped.exception.exit_code == 3
    gate = json.loads(stopped.stdout)["gate"]
    assert not gate["passed"] and "gone" in gate["changes"][0]["worse"]
    assert current_name(home.snapshots) == live
    assert run("--accept", "--quiet").exit_code == 0
    assert current_name(home.snapshots) != live


def test_a_second_ingest_waits_and_says_for_whom(home: Home) -> None:
    inside = threading.Event()

    def hold() -> None:
        with WriterLock(home, wait=5, by="ann"):
            inside.set()
            time.sleep(1.5)

    first = threading.Thread(target=hold)
    first.start()
    inside.wait()
    second = run("--progress-json", "--json")
    first.join()
    assert second.exit_code == 0 and json.loads(second.stdout)["published"]
    told = [json.loads(line)["what"] for line in second.stderr.splitlines()]
    assert told[0].startswith("Waiting for ann (process ")


def test_prompts_and_replies_are_passed_over_and_numbers_have_their_plurals(folder: Path) -> None:
    (folder / "prompts.txt").write_text("===== Prompt 1 of 1: copy from here =====\nx\n", "utf-8")
    (folder / "reply.txt").write_text("## 3f9c12aa-51b0\nask: it jams\n", "utf-8")
    side = folder / "doors.en.guide.yaml"
    side.write_text("sections: {it-squeaks: {also_asked: all that noise}}\n", "utf-8")
    result = run("--no-packs", ".")
    assert result.exit_code == 0, result.output
    for name in ("prompts.txt", "reply.txt"):
        assert f"Not a guide, skipped: {name}" in result.stderr
    assert "1 guide, 2 sections, 2 chunks" in result.stderr
    assert "1 of 2 problems has no wordings (guidebot suggest .)" in result.stderr


def test_the_encoding_of_a_guide_is_named_also_when_it_did_not_change(folder: Path) -> None:
    (folder / "oven.md").write_bytes(
        "# Öfen\n\n## Zu kühl\n\nDrücken Sie länger.\n".encode("cp1252")
    )
    for _ in range(2):
        assert "oven.md: is not UTF-8 and was read as cp1252" in run("oven.md").stderr


def test_commands_publish_to_the_store_and_take_from_it(
    folder: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = CliRunner().invoke(app, ["pull"])
    assert isinstance(nowhere.exception, SettingsError) and "SNAPSHOTS_URL" in str(
        nowhere.exception
    )
    monkeypatch.setenv("SNAPSHOTS_URL", f"file://{tmp_path}/store")
    assert isinstance(CliRunner().invoke(app, ["pull"]).exception, NoSnapshotError)
    assert run("--quiet").exit_code == 0
    first = current_name(home.snapshots)
    assert run("--quiet").exit_code == 0
    monkeypatch.setenv("GUIDEBOT_HOME", str(tmp_path / "other"))
    other = Home(tmp_path / "other")
    assert run("--quiet", "--if-none").exit_code == 0
    assert current_name(other.snapshots) == current_name(home.snapshots) != first
    assert CliRunner().invoke(app, ["rollback"]).exit_code == 0
    monkeypatch.setenv("GUIDEBOT_HOME", str(home.root))
    assert CliRunner().invoke(app, ["pull"]).stdout == f"Live now: {first}\n"
    assert current_name(home.snapshots) == first
