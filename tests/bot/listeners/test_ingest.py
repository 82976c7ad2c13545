"""The docs team ingests from Slack: a real bot in front of a script in place of `guidebot`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.app import build_app, build_services
from bot.listeners import Services
from bot.operations.ingest_runner import FailedError, IngestRunner, RunResult
from bot.settings import BotSettings
from bot.views.ingest_changes import diff_view, result_message
from bot.words.catalogue import words
from kb.ingest_result import (
    ChangeKind,
    Diff,
    GateReport,
    GuideChange,
    IngestSummary,
    QuestionChange,
    QuestionOutcome,
    SectionChange,
)
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.paths import Home
from kb.snapshot.live import current_name
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import start_one
from tests.bot.views.test_answer import check

SCRIPT = """\
import json, pathlib, sys, time
folder = pathlib.Path(__file__).parent
with (folder / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
mode = (folder / "mode").read_text()
if sys.argv[1:] == ["suggest", "--pending"]:
    print("[]")
if sys.argv[1] != "ingest":
    sys.exit(0)
for done in (1, 2):
    print(json.dumps({"what": "Embedding", "done": done, "total": 2}), file=sys.stderr, flush=True)
    time.sleep(1.2 if mode == "slow" else 0)
if mode == "broken":
    sys.exit("guides/vpn.md:3: this is no heading. Write one.")
print("WARNING some library says so", file=sys.stderr)
stopped = mode == "stopped"
answered = {"decision": "answer", "sections": ["vpn#a"], "failure": None}
change = {"question": "I lost my key", "language": "en", "line": 1, "expect": ["vpn#a"],
          "before": answered, "after": answered, "worse": "not covered"}
worse = [change] if stopped else []
section = {"kinds": ["changed", "moved"], "anchor": "a", "heading": "<!channel>", "sentences": []}
guides = [
    {"kind": "changed", "id": "vpn", "language": "en", "title": "VPN", "sections": [section]},
    {"kind": "same", "id": "iam", "language": "en", "title": "IAM", "sections": []},
]
print(json.dumps({
    "snapshot": "20261124-1", "published": False, "held": True,
    "summary": {"guides": 2, "sections": 9, "chunks": 9, "embedded": 9, "reused": 0, "seconds": 1.5,
                "peak": 1, "left_out": ["old.md:1: empty"], "passed_over": [], "remarks": [],
                "kept": [], "gone": [], "problems": 9, "without_wordings": 0, "drafts_waiting": 0,
                "packs": []},
    "diff": {"before": None, "after": "20261124-1", "guides": guides},
    "gate": {"questions": 5, "right_before": 5, "right_after": 5 - stopped, "allowed": 0,
             "passed": not stopped, "changes": worse},
}))
sys.exit(3 if stopped else 0)
"""


class Script:
    """Stands for `guidebot`, does what its mode says, and remembers how it was called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.command = (sys.executable, str(folder / "guidebot.py"))
        (folder / "guidebot.py").write_text(SCRIPT, "utf-8")
        self.mode("fine")

    def mode(self, mode: str) -> None:
        (self._folder / "mode").write_text(mode, "utf-8")

    @property
    def calls(self) -> list[str]:
        return (self._folder / "calls").read_text("utf-8").splitlines()


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(tmp_path)


@pytest.fixture
def team(
    slack: SlackServer,
    sample: KnowledgeBase,
    script: Script,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Services]:
    """A bot in this process, whose docs team is U2."""
    (tmp_path / "guidebot.toml").touch()
    monkeypatch.chdir(tmp_path)
    settings = BotSettings.model_validate(
        {
            "guidebot_home": tmp_path,
            "slack_bot_token": slack.bot_token,
            "slack_app_token": slack.app_token,
            "slack_api_url": slack.api_url,
            "docs_team": "U2",
        }
    )
    parts = build_services(settings, sample, script.command)
    handler = SocketModeHandler(build_app(parts), slack.app_token)
    handler.connect()  # type: ignore[no-untyped-call]
    yield parts
    handler.close()  # type: ignore[no-untyped-call]
    parts.answerer.workers.shutdown()
    parts.store.close()


def home_of(slack: SlackServer, user: str) -> dict[str, Any]:
    before = len(slack.views(user))
    slack.open_home(user)
    return {**slack.wait_for_view(user, before + 1), "ts": ""}


def told(slack: SlackServer, user: str, words: str) -> dict[str, Any]:
    """Wait for the direct message that says something."""
    channel = slack.dm_channel(user)

    def found() -> dict[str, Any] | None:
        return next((m for m in slack.bot_messages(channel) if words in plain(m)), None)

    return slack.wait_until(found, 60, words)


def test_where_no_guides_are_named_it_is_said_how_to(
    slack: SlackServer, team: Services, script: Script, tmp_path: Path
) -> None:
    (tmp_path / "guidebot.toml").unlink()
    home = plain(home_of(slack, "U2"))
    assert "[Update guides]" not in home and "list them in a guidebot.toml" in home
    assert "[View last changes]" in home
    slack.command("C1", "U2", "/guide", "ingest")
    told(slack, "U2", "list them in a guidebot.toml")
    assert not (tmp_path / "calls").exists()


def test_an_ingest_is_begun_in_app_home_and_published(
    slack: SlackServer, team: Services, script: Script
) -> None:
    script.mode("slow")
    slack.press("", home_of(slack, "U2"), "Update guides", "U2")
    told(slack, "U2", "Embedding: 2 of 2")
    slack.press("", home_of(slack, "U2"), "Update guides", "U2")
    told(slack, "U2", "Another update is running")
    message = told(slack, "U2", "ready, but not live yet")
    text = plain(message)
    assert "VPN (en): changed\n• VPN › <!channel>: changed, moved" in text and "IAM" not in text
    assert "2 guides, 9 sections\n• Left out: old.md:1: empty" in text
    assert "Correct answers: 5 → 5 of 5" in text and "<!channel>" not in message["text"]
    slack.press(slack.dm_channel("U2"), message, "Publish", "U2")
    done = told(slack, "U2", "20261124-1 is live now")
    assert done["ts"] == message["ts"] and "[Publish]" not in plain(done)
    assert script.calls == [
        "ingest --hold --json --progress-json",
        "suggest --pending",
        "publish 20261124-1",
    ]
    slack.press("", home_of(slack, "U2"), "View last changes", "U2")
    slack.wait_until(lambda: slack.views("U2")[-1]["type"] == "modal", 30, "the diff")
    assert "VPN (en)" in plain(slack.views("U2")[-1])


def test_what_the_gate_is_against_can_only_be_discarded(
    slack: SlackServer, team: Services, script: Script
) -> None:
    script.mode("stopped")
    slack.command("C1", "U2", "/guide", "ingest")
    (reply,) = slack.wait_for_ephemerals("U2")
    assert "direct messages" in plain(reply)
    message = told(slack, "U2", "The quality check rejected")
    assert "I lost my key: not covered" in plain(message) and "[Publish]" not in plain(message)
    slack.press(slack.dm_channel("U2"), message, "Discard", "U2")
    told(slack, "U2", "was discarded")
    assert script.calls[-1] == "discard 20261124-1"


def test_an_error_is_told_as_the_command_tells_it(
    slack: SlackServer, team: Services, script: Script
) -> None:
    script.mode("broken")
    slack.command("C1", "U2", "/guide", "Ingest")
    message = told(slack, "U2", "this is no heading. Write one.")
    assert "The current guides stay live" in plain(message) and "Traceback" not in plain(message)


def test_the_real_command_from_the_edit_to_the_answer(
    tmp_path: Path, sample_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "guidebot.toml").write_text(
        '[[guide]]\nid = "doors"\nsource = "doors.en.md"\nurl = "https://docs.example.com/doors"\n'
    )
    page = "# Doors of the office\n\n## The door is stuck\n\n1. Push the door with your hip.\n"
    (tmp_path / "doors.en.md").write_text(page, "utf-8")
    side = tmp_path / "doors.en.guide.yaml"
    side.write_text(
        "sections:\n  the-door-is-stuck:\n    drafts:\n      by: reply.txt\n"
        "      date: 2026-11-26\n      also_asked: [it will not budge, where is the moon]\n"
    )
    (tmp_path / "home").mkdir()
    settings = {"DOCS_TEAM": "S1", "DRAFTS": "review"}
    with start_one(tmp_path / "home", sample_home, settings) as (slack, bot):
        slack.add_group("S1", ["U2"])
        slack.press("", home_of(slack, "U2"), "Update guides", "U2")
        held = told(slack, "U2", "ready, but not live yet")
        assert "Doors of the office (en): added" in plain(held)
        live = current_name(bot.home.snapshots)
        slack.press(slack.dm_channel("U2"), held, "Publish", "U2")
        told(slack, "U2", "is live now")
        assert current_name(bot.home.snapshots) != live
        # While one thread opens the new snapshot, others answer from the old one.
        home_of(slack, "U2")
        slack.wait_until(lambda: "Now answering from snapshot" in bot.log, 30, "the new guides")
        channel = slack.direct_message("U4", "the door of the office is stuck").channel
        (answer,) = slack.wait_for_messages(channel, 1)
        assert "Push the door with your hip" in plain(answer)
        assert "https://docs.example.com/doors#the-door-is-stuck" in json.dumps(answer["blocks"])
        assert "The door is stuck" in plain(home_of(slack, "U2"))  # it has no wordings yet
        # The drafts wait for the docs team, which takes one of the two.
        shown = len(slack.views("U2"))
        slack.press(slack.dm_channel("U2"), held, "Review drafted wordings (2)", "U2")
        slack.wait_until(lambda: "budge" in plain(slack.views("U2")[-1]), 30, "the drafts")
        assert len(slack.views("U2")) > shown
        slack.submit(slack.views("U2")[-1], "U2", {}, unticked=["where is the moon"])
        told(slack, "U2", "Kept: 1. Dropped: 1.")
        assert "moon" not in side.read_text("utf-8")
        assert "also_asked:\n    - it will not budge" in side.read_text("utf-8")


def test_others_are_refused_kindly(slack: SlackServer, team: Services, tmp_path: Path) -> None:
    assert "[Update guides]" not in plain(home_of(slack, "U4"))
    slack.command("C1", "U4", "/guide", "ingest")
    assert "Only the team" in plain(slack.wait_for_ephemerals("U4")[-1])
    slack.press("", home_of(slack, "U2"), "Update guides", "U4")
    told(slack, "U4", "Only the team")
    assert not (tmp_path / "calls").exists()


@pytest.mark.parametrize("name", ["--all", "", "a b", "../x"])
def test_what_is_no_name_of_a_snapshot_is_not_run(tmp_path: Path, name: str) -> None:
    script = Script(tmp_path)
    with pytest.raises(FailedError, match="not a snapshot's name"):
        IngestRunner(tmp_path / "last.json", script.command).publish(name)
    assert not (tmp_path / "calls").exists()


def result_of(diff: Diff, gate: GateReport | None = None) -> RunResult:
    summary = IngestSummary(
        guides=1,
        sections=1,
        chunks=1,
        embedded=1,
        reused=0,
        seconds=1.0,
        peak=1,
        left_out=(),
        passed_over=(),
        remarks=(),
        kept=(),
        gone=(),
        problems=1,
        without_wordings=0,
        drafts_waiting=0,
        packs=(),
    )
    return RunResult(
        snapshot="s", published=False, held=True, summary=summary, diff=diff, gate=gate
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_large_diff_is_cut(language: str) -> None:
    section = SectionChange(
        kinds=(ChangeKind.ADDED,), anchor="a", heading=f"<!channel> {'x' * 500}"
    )
    guide = GuideChange(
        kind=ChangeKind.SAME, id="g", title="G", language="en", sections=(section,) * 500
    )
    answer = QuestionOutcome(decision=Decision.ANSWER, sections=(), failure=None)
    change = QuestionChange(
        question="q" * 999,
        language="en",
        line=1,
        expect=(),
        before=answer,
        after=answer,
        worse="not covered",
    )
    gate = GateReport(
        questions=500, right_before=None, right_after=0, allowed=0, changes=(change,) * 500
    )
    result = result_of(Diff(before=None, after="s", guides=(guide,)), gate)
    text = check([result_message(result, words(language))])
    assert "G › <!channel> xxx" in text and len(text) < 9500
    assert len(diff_view(result, words(language)).to_dict()["blocks"]) == 3
    nothing = result_of(Diff(before="r", after="s"))
    assert words(language).no_changes in check([result_message(nothing, words(language))])
