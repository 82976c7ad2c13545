"""Who may know of a guide in several languages: those whom every edition is for."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guidebot import app
from ingest.commands.lint_reading import read_lint_input
from ingest.lint.check import lint
from ingest.lint_options import LintOptions, Rule
from ingest.pipeline import BadSourcesError, Plan
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Audience, Decision
from kb.paths import Home
from kb.question.redact import redact
from kb.snapshot.live import open_current
from tests.ingesting import ingest

TEXT = {
    "en": "# Vault\n\n## The vault is open at night\n\n1. Turn the wheel of the vault to zero.\n",
    "ja": "# 金庫\n\n## 夜に金庫が開いている\n\n1. 金庫のハンドルをゼロに回します。\n",
    "de": "# Tresor\n\n## Der Tresor ist nachts offen\n\n1. Das Rad des Tresors auf null drehen.\n",
}
ASKED = {
    "en": "What do I do when the vault is open at night?",
    "ja": "夜に金庫が開いているときはどうすればいいですか",
}


def editions(folder: Path, **visible: str) -> Path:
    """Write a guide's editions, each with what its front matter says of who may see it."""
    folder.mkdir(exist_ok=True)
    for language, said in visible.items():
        top = f"---\nid: vault\nlanguage: {language}\n{said}\n---\n"
        (folder / f"vault.{language}.md").write_text(top + TEXT[language], "utf-8")
    return folder


def seen(home: Home) -> dict[str, tuple[str, ...]]:
    return {info.language: info.visible_to for info in open_current(home.snapshots).guides}


def test_an_edition_that_says_nothing_is_for_those_whom_the_others_are_for(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    folder = editions(tmp_path / "guides", en="visible_to: [C7, C8]", ja="", de="visible_to: C8")
    summary = ingest([folder], home, embeddings).summary
    assert seen(home) == {"en": ("C8",), "ja": ("C8",), "de": ("C8",)}
    sources = (remark.partition(": ") for remark in summary.remarks)
    told = {Path(source).name: text for source, _, text in sources}
    assert set(told) == {"vault.en.md", "vault.ja.md"}
    assert "only C8 may see it" in told["vault.ja.md"] and "vault.de.md" in told["vault.ja.md"]
    base = KnowledgeBase(home, embeddings)
    for question in ASKED.values():
        inside = base.ask(redact(question), audience=Audience("C8"))
        outside = base.ask(redact(question), audience=Audience("C7"))
        assert inside.decision is Decision.ANSWER
        assert outside.decision is Decision.NOT_COVERED and not outside.nearest


def test_editions_that_have_nobody_in_common_are_refused(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    folder = editions(tmp_path / "guides", en="visible_to: C7", ja="visible_to: C8", de="")
    with pytest.raises(BadSourcesError, match="no channel is common to all editions") as raised:
        ingest([folder], home, embeddings)
    assert all(name in str(raised.value) for name in ("vault.en.md", "vault.ja.md"))
    (folder / "doors.md").write_text("# Doors\n\n## Stuck\n\n1. Push.\n")
    ingest([folder], home, embeddings, plan=Plan(skip_bad=True))
    assert [info.id for info in open_current(home.snapshots).guides] == ["doors"]


def test_an_edition_that_cannot_be_read_now_counts_as_it_was(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    folder = editions(tmp_path / "guides", en="visible_to: C7", ja="")
    ingest([folder], home, embeddings)
    (folder / "vault.en.md").write_text("---\nid: vault\nvisible-to: C7\n---\n" + TEXT["en"])
    summary = ingest([folder], home, embeddings, plan=Plan(skip_bad=True)).summary
    assert "there is no key 'visible-to'" in summary.left_out[0]
    assert seen(home) == {"en": ("C7",), "ja": ("C7",)}
    assert any("only C7" in remark for remark in summary.remarks)


def test_lint_says_which_edition_is_narrowed(tmp_path: Path) -> None:
    folder = editions(tmp_path / "guides", en="visible_to: C7", ja="", de="visible_to: [C7]")
    pages = read_lint_input([folder]).pages
    found = lint(pages, LintOptions(), len, date(2026, 11, 24))
    (finding,) = [each for each in found if each.rule is Rule.VISIBLE_TO]
    assert Path(finding.file).name == "vault.ja.md" and "only C7" in finding.reason


def test_status_says_who_may_know_of_what(
    tmp_path: Path,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = editions(tmp_path / "guides", en="visible_to: [C7, C8]")
    (folder / "doors.md").write_text("# Doors\n\n## Stuck\n\n1. Push.\n")
    ingest([folder], home, embeddings)
    monkeypatch.setenv("GUIDEBOT_HOME", str(home.root))
    lines = CliRunner().invoke(app, ["status"]).stdout.splitlines()
    assert [line for line in lines if "Vault" in line][0].endswith("for C7, C8 only")
    assert [line for line in lines if "Doors" in line][0].endswith("for everyone")
    said = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert {guide["id"]: guide["visible_to"] for guide in said["guides"]} == {
        "doors": [],
        "vault": ["C7", "C8"],
    }
