"""Vocabulary packs: what they add to the guides that they fit, and to no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from guidebot import app
from ingest.loaders.load import load, read_source
from ingest.packs.match import texts_to_embed
from ingest.packs.pack import SHIPPED_PACKS, PackError, read_packs
from ingest.parse.outline import parse
from ingest.pipeline import Plan
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import SettingsError
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.paths import Home
from kb.question.redact import redact
from kb.snapshot.format import Snapshot, open_snapshot
from tests.conftest import REPOSITORY, SAMPLE_GUIDES, SHARED
from tests.ingesting import ingest

BIKES = """# Bicycles of the Velotopia hire

## A tyre has no air

Take the pump from the frame. Unscrew the cap of the valve, and pump until the tyre is hard.

## The chain is off

Lay the chain over the small ring, and turn the pedals backwards by hand.

## The lock does not close

Press the lever down before you turn the key.
"""

PACK = """mentions: [Velotopia]
synonyms: [[tyre, gozinta]]
problems:
  flat-tyre:
    en: [my wheel is flat, I have a puncture, there is no air in the wheel]
    de: [der Reifen ist platt, ich habe einen Platten]
  chain-off:
    en: [the chain fell off, pedals turn but the bicycle does not move, the chain jumped off]
  headlight:
    en: [the front light is dead, no light at night, the lamp on the handlebar is broken]
"""


@pytest.fixture
def bikes(tmp_path: Path) -> Path:
    path = tmp_path / "bikes.en.md"
    path.write_text(BIKES, "utf-8")
    return path


def pack_in(folder: Path, text: str = PACK) -> Path:
    folder.mkdir()
    (folder / "bikes.yaml").write_text(text, "utf-8")
    return folder


def asked_otherwise(snapshot: Snapshot) -> dict[str, set[str]]:
    """Return the wordings from packs by the headings of the problems."""
    found: dict[str, set[str]] = {}
    for wording in snapshot.wordings:
        assert wording.origin.startswith("pack ")
        heading = snapshot.section(wording.problem).section.heading
        found.setdefault(heading, set()).add(wording.text)
    return found


def test_a_pack_adds_its_wordings_to_the_problems_that_it_knows(
    bikes: Path, home: Home, tmp_path: Path, embeddings: SentenceTransformerEmbeddings
) -> None:
    packs = read_packs(pack_in(tmp_path / "packs"))
    summary = ingest([bikes], home, embeddings, plan=Plan(packs=packs))
    (use,) = summary.packs
    assert (use.name, use.matched, use.problems) == ("bikes", 2, 3)
    snapshot = open_snapshot(summary.path)
    assert snapshot.manifest.packs == summary.packs and len(use.sha256) == 64
    found = asked_otherwise(snapshot)
    assert set(found) == {"A tyre has no air", "The chain is off"}
    assert "der Reifen ist platt" in found["A tyre has no air"]
    answer = KnowledgeBase(home, embeddings).ask(redact("ich habe einen Platten"))
    assert answer.decision is Decision.ANSWER
    assert answer.citations[0].path[-1] == "A tyre has no air"
    hits = KnowledgeBase(home, embeddings).find(redact("gozinta")).hits
    assert next(hit.words for hit in hits if hit.section == 0) == 1


def test_a_pack_changes_nothing_where_it_does_not_match(
    bikes: Path, tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    other = PACK.replace("[Velotopia]", "[Cartopia]")
    packs = read_packs(pack_in(tmp_path / "packs", other))
    paths = [ingest([bikes], home, embeddings, plan=Plan(packs=some)).path for some in (packs, ())]
    first, second = (
        {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
        for folder in paths
    )
    assert first == second and not open_snapshot(paths[0]).manifest.packs


OTHER_FIELDS = [
    *(REPOSITORY / "benchmarks" / "guides" / name for name in ("city-desk-ja", "restaurant-en")),
    *(SHARED / "guides" / "any-guide" / name for name in ("zulip", "m365", "work-rules-ja")),
]


@pytest.mark.parametrize("folder", OTHER_FIELDS, ids=lambda folder: folder.name)
def test_the_shipped_pack_leaves_guides_of_other_fields_alone(folder: Path) -> None:
    if not folder.exists():
        pytest.skip("the real guides (../shared) are not here")
    guides = [parse(load(read_source(path))) for path in sorted(folder.glob("*.md"))]
    assert guides and not texts_to_embed(read_packs(SHIPPED_PACKS), guides)


def test_a_guide_of_the_field_without_the_problem_gets_nothing(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    guide = tmp_path / "prices.en.md"
    guide.write_text(
        "# Velotopia prices\n\n## Members\n\nA day is 4 euros.\n\n## Groups\n\nTen ride for 30.\n",
        "utf-8",
    )
    packs = read_packs(pack_in(tmp_path / "packs"))
    assert not ingest([guide], home, embeddings, plan=Plan(packs=packs)).packs


@pytest.mark.parametrize("edition", ["en", "ja"])
def test_the_shipped_pack_knows_the_sample_guide(
    edition: str, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    summary = ingest([SAMPLE_GUIDES / f"iam-troubleshooting.{edition}.md"], home, embeddings)
    (use,) = summary.packs
    assert (use.name, use.matched, use.problems) == ("aws-iam", 7, 7)
    snapshot = open_snapshot(summary.path)
    packs = read_packs(SAMPLE_GUIDES / "packs")
    added = [wording for wording in snapshot.wordings if wording.origin == "pack aws-iam"]
    assert len({wording.problem for wording in added}) == 7
    for wording in added:
        anchor = snapshot.section(wording.problem).section.anchor
        assert wording.text in {text for _, text in packs[0].wordings(anchor)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", "a pack must be a mapping"),
        ("mentions: [A]\n", "problems: Field required"),
        ("mentions: []\nproblems: {p: {en: [q]}}\n", "line 1: mentions"),
        ("mentions: [A]\nproblems:\n  p:\n    english: [q]\n", "line 4: problems.p.english"),
        ("mentions: [A]\nproblems:\n  p:\n    en: []\n", "line 4: problems.p.en"),
        ("mentions: [A]\nproblems: {p: {en: [q]}}\nvotes: [x]\n", "line 3: votes"),
        ("mentions: [A\n", "line 2: is not YAML"),
    ],
)
def test_what_is_wrong_with_a_pack_is_named_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(PackError) as error:
        read_packs(pack_in(tmp_path / "packs", text))
    assert said in str(error.value) and "bikes.yaml" in str(error.value)


def test_it_is_announced_and_can_be_left_out(
    bikes: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUIDEBOT_HOME", str(home.root))
    monkeypatch.setenv("VOCABULARY_PACKS", str(pack_in(tmp_path / "packs")))
    run = CliRunner().invoke
    said = run(app, ["ingest", str(bikes)])
    assert said.exit_code == 0, said.output
    assert "pack bikes: 2 of 3 problems of these guides; --no-packs leaves it out" in said.output
    assert "pack bikes: 2 of 3 problems" in run(app, ["status"]).output
    assert "pack bikes" not in run(app, ["ingest", "--no-packs", str(bikes)]).output
    assert "pack bikes" not in run(app, ["status"]).output


def test_a_folder_of_packs_that_is_not_there_is_named(
    bikes: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUIDEBOT_HOME", str(home.root))
    monkeypatch.setenv("VOCABULARY_PACKS", str(tmp_path / "gone"))
    refused = CliRunner().invoke(app, ["ingest", str(bikes)])
    assert isinstance(refused.exception, SettingsError)
    assert f"{tmp_path / 'gone'}: the folder does not exist" in str(refused.exception)
    assert CliRunner().invoke(app, ["ingest", "--no-packs", str(bikes)]).exit_code == 0
