"""`guidebot gaps`: what was missed, in groups, and what is made of it."""

from __future__ import annotations

import csv
import json
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import text

from benchmarks.grouping import read_labelled
from bot.gaps.grouping import Gaps, centred, find_gaps, group_by_meaning
from bot.gaps.missed import Reason
from bot.gaps.report import show_gaps, summary
from bot.memory.anonymise import anonymise
from bot.memory.escalations import Escalations
from bot.memory.history import History
from bot.memory.store import Outcome, Store
from bot.question import Question, Surface
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.evaluation.golden import read_questions
from kb.paths import Home
from kb.question.redact import redact
from testing.slack_server import SlackServer
from tests.command import Ended, guidebot
from tests.ingesting import ingest

DAY = 24 * 3600.0
GUIDE = """---
# Ask the porter before you change this.
title: Doors
language: en
---
# Doors

## The latch sticks<a name="latch"></a>

1. Turn the key to the left.

## The hinge squeaks<a name="hinge"></a>

1. Put a drop of oil on it.
"""


class Talk:
    """A store, and what people ask in it."""

    def __init__(self, database: Path) -> None:
        self.store = Store(database)
        self.count = 0

    def ask(
        self,
        words: str,
        decision: str = "not_covered",
        *,
        days: float = 1,
        user: str = "U0HANAKO1",
        language: str = "en",
        surface: Surface = Surface.DIRECT,
        section: str | None = "doors#latch",
    ) -> Question:
        self.count += 1
        question = Question(
            channel="D1", ts=f"{self.count}.0", user=user, text=redact(words), surface=surface
        )
        self.store.claim(question)
        outcome = Outcome(
            text=redact(words),
            language=language,
            decision=decision,
            confidence=0.1,
            section=section,
            snapshot="s",
        )
        self.store.finish(question.channel, question.ts, outcome)
        with self.store.engine.begin() as connection:
            at = time.time() - days * DAY + self.count
            connection.execute(
                text("UPDATE questions SET taken_at = :at WHERE ts = :ts"),
                {"at": at, "ts": question.ts},
            )
        return question

    def gaps(self, embeddings: SentenceTransformerEmbeddings, days: int = 7) -> Gaps:
        until = datetime.now(UTC)
        since = until - timedelta(days=days)
        asked = History(self.store).asked((since - timedelta(days=days)).timestamp())
        return find_gaps(asked, since, until, embeddings, {"doors#latch": "The latch sticks"})


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path / "home" / "bot.sqlite")


def labels(found: Gaps) -> Sequence[str]:
    return [gap.label for gap in found.gaps]


def test_questions_of_one_meaning_are_one_gap(
    talk: Talk, embeddings: SentenceTransformerEmbeddings
) -> None:
    talk.ask("can't connect to vpn from home")
    talk.ask("VPN に接続できません", language="ja")
    talk.ask("VPN says server not reachable")
    talk.ask("the vpn is down", days=10)
    talk.ask("how do I file a travel expense?")
    talk.ask("book a meeting room", days=10)
    talk.ask("I lost my key", "answer")
    found = talk.gaps(embeddings)
    assert (found.asked, found.missed, found.asked_before, found.missed_before) == (5, 4, 2, 2)
    vpn, expense = found.gaps
    assert (vpn.count, vpn.before, vpn.languages) == (3, 1, {"en": 2, "ja": 1})
    assert {each.text for each in vpn.wordings} == {
        "can't connect to vpn from home",
        "VPN に接続できません",
        "VPN says server not reachable",
    }
    assert vpn.label == vpn.wordings[0].text and vpn.id == vpn.wordings[0].id
    assert (vpn.section, vpn.heading) == ("doors#latch", "The latch sticks")
    assert (expense.count, expense.before) == (1, 0)
    assert sum(day.missed for day in found.days) == 4

    console = Console(record=True, width=120, file=StringIO())
    show_gaps(found, console)
    shown = console.export_text()
    assert "4 of 5 questions were missed in 7 days, 2 of 2 in the 7 days before." in shown
    assert "+2" in shown and "new" in shown and "The latch sticks" in shown


def test_why_a_question_is_a_gap(talk: Talk, embeddings: SentenceTransformerEmbeddings) -> None:
    rated = talk.ask("the printer is jammed", "answer")
    talk.store.rate(rated.channel, rated.ts, "U2", good=False)
    praised = talk.ask("a certificate expired", "answer")
    talk.store.rate(praised.channel, praised.ts, "U2", good=True)
    passed_on = talk.ask("restore the database from a backup")
    Escalations(talk.store).open(passed_on, passed_on.user, "C9")
    talk.ask("vacation", "choose", user="U3")
    talk.ask("S3", "choose", user="U4")
    talk.ask("make the S3 bucket public", "answer", user="U4")
    talk.ask("shall we have lunch?", surface=Surface.AUTO)
    talk.ask("hello", "small_talk")
    found = {gap.label: set(gap.reasons) for gap in talk.gaps(embeddings).gaps}
    assert found == {
        "the printer is jammed": {Reason.LOW_RATED},
        "restore the database from a backup": {Reason.NOT_COVERED, Reason.ESCALATED},
        "vacation": {Reason.ABANDONED},
    }


def test_grouping_by_meaning_across_languages(embeddings: SentenceTransformerEmbeddings) -> None:
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    subjects, languages, questions = read_labelled()
    groups = group_by_meaning(centred(questions, languages, embeddings))
    assert v_measure_score(subjects, groups) > 0.9
    assert adjusted_rand_score(subjects, groups) > 0.75


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("ask hanako@example.co.jp about U0HANAKO1", "ask [address] about [person]"),
        ("<@U0HANAKO1> and @hanako.y know", "[person] and [person] know"),
        ("my key AKIA" + "QZ7TX2W4M9B6C3D1", "my key [AWS access key]"),
        ("\x1b[31mred\x1b[0m\nline", "[31mred [0m line"),
        ("UNKNOWN error in IAM", "UNKNOWN error in IAM"),
    ],
)
def test_wordings_name_nobody(written: str, shown: str) -> None:
    assert anonymise(written) == shown


def run(home: Home, *arguments: str, **more: str) -> Ended:
    return guidebot("gaps", *arguments, GUIDEBOT_HOME=str(home.root), **more)


@pytest.fixture(scope="module")
def doors(
    tmp_path_factory: pytest.TempPathFactory,
    embeddings: SentenceTransformerEmbeddings,
    models: Path,
    known_vectors: Path,
) -> Home:
    """A home folder where a guide of two doors is published. Not to be written to."""
    root = tmp_path_factory.mktemp("doors")
    (root / "models").symlink_to(models)
    (root / "doors.en.md").write_text(GUIDE, "utf-8")
    shutil.copy(known_vectors, Home(root).embedding_cache)
    ingest([root / "doors.en.md"], Home(root), embeddings)
    return Home(root)


@pytest.fixture
def asked(doors: Home, tmp_path: Path) -> tuple[Home, Talk]:
    """The same with a memory of its own."""
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.snapshots.symlink_to(doors.snapshots)
    home.models.symlink_to(doors.models.resolve())
    return home, Talk(home.database)


def test_the_report_in_every_form(asked: tuple[Home, Talk], tmp_path: Path) -> None:
    home, talk = asked
    talk.ask("=HYPERLINK('x') <script>alert(1)</script> vpn")
    talk.ask("会議室を予約したい", language="ja")
    page, table = tmp_path / "gaps.html", tmp_path / "gaps.csv"
    result = run(home, "--json", "--html", str(page), "--csv", str(table))
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert {gap["label"] for gap in found["gaps"]} == {
        "=HYPERLINK('x') <script>alert(1)</script> vpn",
        "会議室を予約したい",
    }
    html = page.read_text("utf-8")
    assert "<script" not in html and "&lt;script&gt;" in html and html.count("<svg") == 2
    assert "The latch sticks" in html
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert any(row["label"].startswith("'=HYPERLINK") for row in rows)
    for written in (html, result.stdout, table.read_text("utf-8")):
        assert "U0HANAKO1" not in written and "D1" not in written


def test_wrong_calls_are_explained(asked: tuple[Home, Talk], tmp_path: Path) -> None:
    home, talk = asked
    assert run(home, "--since", "soon").returncode == 2
    nowhere = run(Home(tmp_path / "nowhere"))
    assert nowhere.returncode == 1 and "there is no database" in nowhere.stderr
    unknown = run(home, "golden", "12345678", "--expect", "latch")
    assert "12345678" in unknown.stderr
    id = talk.ask("the door does not shut").id
    wrong = run(home, "golden", id, "--expect", "latches", "--to", str(tmp_path / "q.yaml"))
    assert wrong.returncode == 1 and "latch" in wrong.stderr
    assert not (tmp_path / "q.yaml").exists()


def test_a_gap_becomes_a_golden_question(asked: tuple[Home, Talk], tmp_path: Path) -> None:
    home, talk = asked
    path = tmp_path / "questions.yaml"
    before = (
        "# Ours.\nquestions:\n  # latch\n"
        "  - {q: 'it sticks: why?', lang: en, expect: latch, split: test}  # often\n"
    )
    path.write_text(before, "utf-8")
    first, second = talk.ask("ドアが閉まらない: なぜ?", language="ja"), talk.ask("It sticks: why?")
    result = run(home, "golden", first.id, second.id, "--expect", "latch", "--to", str(path))
    assert result.returncode == 0, result.stderr
    after = path.read_text("utf-8")
    assert after.startswith(before) and len(after.splitlines()) == 5
    added = read_questions(path)[-1]
    assert (added.q, added.lang, added.expect, added.split) == (
        "ドアが閉まらない: なぜ?",
        "ja",
        ("latch",),
        "dev",
    )
    again = run(home, "golden", first.id, "--expect", "latch", "--to", str(path))
    assert again.returncode == 0 and path.read_text("utf-8") == after
    new = tmp_path / "new" / "questions.yaml"
    run(home, "golden", first.id, "--expect", "not_covered", "--to", str(new))
    assert read_questions(new)[0].expect == ("not_covered",)


def test_a_gap_is_told_to_the_guide(asked: tuple[Home, Talk], doors: Home) -> None:
    home, talk = asked
    guide = doors.root / "doors.en.md"
    question = talk.ask("my door won't shut: help")
    result = run(home, "also-asked", question.id)
    assert result.returncode == 0, result.stderr
    (latch, _) = parse(load(read_source(guide))).sections
    assert latch.also_asked == ("my door won't shut: help",)
    written = guide.read_text("utf-8")
    assert "# Ask the porter before you change this.\n" in written
    assert written.endswith(GUIDE.split("---\n", 2)[2])
    again = run(home, "also-asked", question.id, "--section", "doors#latch")
    assert again.returncode == 0 and guide.read_text("utf-8") == written
    gone = run(home, "also-asked", question.id, "--section", "doors#roof")
    assert gone.returncode == 1 and "doors#roof" in gone.stderr


def test_a_humans_answer_becomes_a_draft(asked: tuple[Home, Talk], tmp_path: Path) -> None:
    home, talk = asked
    question = talk.ask("the door is frozen")
    other = talk.ask("the door is warm")
    with SlackServer() as slack:
        slack.add_user("U0PORTER1", "porter")
        slack.add_channel("C9", "helpdesk")
        posted = slack.message("C9", "U0PORTER1", "passed on", deliver=False).event["ts"]
        Escalations(talk.store).open(question, question.user, "C9")
        Escalations(talk.store).set_posted(question, posted)
        quiet = run(home, "draft", question.id, **slack.environment)
        assert quiet.returncode == 1 and "Nobody has replied" in quiet.stderr

        reply = (
            "<@U0HANAKO1> do this:\n• use *warm* water\n# not a heading &lt;script&gt;\n"
            "```\nthaw --all\n``` then `thaw --check` with AKIA" + "QZ7TX2W4M9B6C3D1"
        )
        slack.message("C9", "U0PORTER1", reply, posted, deliver=False)
        path = tmp_path / "frozen.md"
        result = run(home, "draft", question.id, "--to", str(path), **slack.environment)
        assert result.returncode == 0, result.stderr
        refused = run(home, "draft", other.id, **slack.environment)
        assert refused.returncode == 1 and "was not passed on to a human" in refused.stderr
    (section,) = parse(load(read_source(path))).sections
    assert section.heading == "the door is frozen"
    assert section.also_asked == ("the door is frozen",)
    words = "\n".join(block.full_text for block in section.blocks)
    assert "Draft." in words and "use *warm* water" in words and "thaw --all" in words
    assert "# not a heading <script>" in words and "[AWS access key]" in words
    written = path.read_text("utf-8")
    assert not any(name in written for name in ("U0HANAKO1", "U0PORTER1", "porter", "QZ7TX2"))


@pytest.mark.parametrize(
    ("hours", "period"), [(1, "1 hour"), (12, "12 hours"), (24, "1 day"), (165, "7 days")]
)
def test_a_period_is_told_in_hours_below_a_day(hours: int, period: str) -> None:
    until = datetime(2026, 11, 26, tzinfo=UTC)
    report = Gaps(
        since=until - timedelta(hours=hours),
        until=until,
        asked=5,
        asked_before=2,
        missed=4,
        missed_before=1,
        gaps=(),
        days=(),
    )
    told = f"4 of 5 questions were missed in {period}, 1 of 2 in the {period} before."
    assert summary(report) == told
