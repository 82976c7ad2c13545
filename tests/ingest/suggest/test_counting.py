"""What drafts count for, from a reply to the answer, and where they only wait."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.cli import app
from ingest.index.draft_use import with_draft_titles
from ingest.index.passages import headings_of, path_of
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Guide, problem_heading
from kb.paths import Home
from kb.question.redact import redact
from kb.snapshot.live import open_current
from tests.ingest.suggest.conftest import Run, problems_in

PAGE = """# Access

## Site A

Some words.

### Resolution

1. Call the porter.

## Site B

### Resolution

1. Call the guard.
"""

Ingest = Callable[..., dict[str, object]]


@pytest.fixture
def ingest(
    guide: Path,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    monkeypatch: pytest.MonkeyPatch,
) -> Ingest:
    monkeypatch.setenv("GUIDEBOT_HOME", str(home.root))
    monkeypatch.setattr("ingest.commands.ingest.embeddings_of", lambda _: embeddings)

    def run() -> dict[str, object]:
        result = CliRunner().invoke(app, ["ingest", "--json", "--no-packs", str(guide)])
        assert result.exit_code == 0, result.output
        summary = json.loads(result.stdout)["summary"]
        assert isinstance(summary, dict)
        return summary

    return run


def test_a_drafted_wording_finds_its_problem_once_it_counts(
    guide: Path,
    suggest: Run,
    ingest: Ingest,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = "my grandmother cannot sleep for all that noise"
    assert suggest(str(guide), "--export", "p.txt").exit_code == 0
    squeaks = problems_in(guide)[1]
    assert squeaks.id in Path("p.txt").read_text("utf-8")
    reply = (
        f"## {squeaks.id}\nask: {question}\nask: grandmother is kept awake\n"
        "ask: all that noise at night\nword: hullabaloo\n"
    )
    assert suggest(str(guide), "--import", "-", input=reply).exit_code == 0

    monkeypatch.setenv("DRAFTS", "review")
    summary = ingest()
    assert (summary["without_wordings"], summary["drafts_waiting"]) == (2, 1)
    told = CliRunner().invoke(app, ["status"]).stdout
    assert (
        "2 of 3 problems have no wordings (guidebot suggest): It is stuck, Doors; "
        "drafts for 1 problem await review (guidebot suggest --review)" in told
    )
    assert open_current(home.snapshots).wordings == ()
    before = KnowledgeBase(home, embeddings).ask(redact(question))

    monkeypatch.setenv("DRAFTS", "use")
    summary = ingest()
    assert (summary["problems"], summary["without_wordings"]) == (3, 2)
    snapshot = open_current(home.snapshots)
    assert {each.origin for each in snapshot.wordings} == {"draft"}
    after = KnowledgeBase(home, embeddings).ask(redact(question))
    assert after.citations[0].section == "doors#the-hinge-squeaks"
    assert after.confidence > before.confidence

    result = CliRunner().invoke(app, ["status"])
    assert (
        "2 of 3 problems have no wordings (guidebot suggest): It is stuck, Doors" in result.stdout
    )
    said = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert said["counts"]["without_wordings"] == 2

    suggest(str(guide), "--review", input="k\n")
    ingest()
    assert {each.origin for each in open_current(home.snapshots).wordings} == {"docs"}


def test_what_the_docs_team_wrote_is_not_doubled(guide: Path, ingest: Ingest, home: Home) -> None:
    Path("doors.en.guide.yaml").write_text(
        "sections:\n  it-is-stuck:\n    also_asked: It jams\n"
        "    drafts: {by: r, date: 2026-11-26, also_asked: [it jams, IT JAMS, stuck fast]}\n",
        "utf-8",
    )
    ingest()
    found = [(each.text, each.origin) for each in open_current(home.snapshots).wordings]
    assert found == [("It jams", "docs"), ("stuck fast", "draft")]


def parsed(side: str) -> Guide:
    Path("access.en.md").write_text(PAGE, "utf-8")
    Path("access.en.guide.yaml").write_text(side, "utf-8")
    return parse(load(read_source(Path("access.en.md"))))


def test_a_title_stands_in_place_of_the_heading_in_all_sections(guide: Path) -> None:
    found = parsed("sections:\n  site-a: {title: No way in at the front}\n")
    first, second, other = found.sections
    assert [problem_heading(each, found.info) for each in (first, second)] == [
        "No way in at the front"
    ] * 2
    assert (first.heading, first.anchor) == ("Site A", "site-a")
    assert headings_of(found, first) == ["Access", "No way in at the front"]
    assert path_of(first) == ("No way in at the front",)
    assert path_of(second) == ("No way in at the front", "Resolution")
    assert path_of(other) == other.path and problem_heading(other, found.info) == "Site B"


def test_a_drafted_title_counts_where_drafts_do(guide: Path) -> None:
    side = "sections:\n  site-a:\n    drafts: {by: r, date: 2026-11-26, title: No way in}\n"
    found = parsed(side)
    assert problem_heading(found.sections[0], found.info) == "Site A"
    (used,) = with_draft_titles([found], True)
    assert [each.title for each in used.sections] == ["No way in", "No way in", None]
    (kept,) = with_draft_titles([used], False)
    assert kept == found
    written = parsed(side + "    title: Locked out\n")
    (used,) = with_draft_titles([written], True)
    assert problem_heading(used.sections[1], used.info) == "Locked out"


@pytest.mark.parametrize(
    ("drafts", "message"),
    [
        ("{date: 2026-11-26}", "drafts.by"),
        ("{by: r, date: someday}", "drafts.date"),
        ("{by: r, date: 2026-11-26, problem: xyz}", "drafts.problem"),
        ("{by: r, date: 2026-11-26, asked: x}", "drafts.asked"),
    ],
)
def test_wrong_drafts_are_named_with_their_line(guide: Path, drafts: str, message: str) -> None:
    with pytest.raises(Exception, match=rf"line 3: sections.site-a.{message}"):
        parsed(f"sections:\n  site-a:\n    drafts: {drafts}\n")
