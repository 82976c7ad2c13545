"""The search over a small guide of no field in particular."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.paths import Home
from kb.question.redact import redact
from tests.ingesting import ingest

BAKERY = """# The bakery's machines

## The dough mixer stops

Let the motor cool for ten minutes. Then press the red button under the bowl.

## The oven shows E-417

The door is not closed. Clean the seal, and close the door until it clicks.

## The till prints nothing

Open the lid, and put in a new paper roll with the heat-sensitive side up.

## The slicer is blunt

Call the grinder. Do not take the blade out yourself.
"""

ALSO_ASKED = """sections:
  the-till-prints-nothing:
    also_asked:
      - customers get no receipt
      - the bill stays white
      - レシートが出ない
"""


@pytest.fixture(params=["", ALSO_ASKED], ids=["as it is", "with wordings"])
def bakery(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
) -> KnowledgeBase:
    guide = tmp_path / "bakery.md"
    guide.write_text(BAKERY, "utf-8")
    if request.param:
        guide.with_suffix(".guide.yaml").write_text(request.param, "utf-8")
    ingest([guide], home, embeddings)
    return KnowledgeBase(home, embeddings)


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("the mixer for the dough just stopped", "The dough mixer stops"),
        ("e-417", "The oven shows E-417"),
        ("there is no paper coming out of the till", "The till prints nothing"),
        ("スライサーの刃が切れなくなった", "The slicer is blunt"),
    ],
)
def test_problems_are_found_beside_one_with_wordings(
    bakery: KnowledgeBase, question: str, heading: str
) -> None:
    found = bakery.find(redact(question))
    assert found.index.headings("en")[found.hits[0].problem][1] == heading


def test_what_it_is_not_about_is_not_answered(bakery: KnowledgeBase) -> None:
    for question in ("when are the holidays of the school", "how do I insure my boat"):
        assert bakery.ask(redact(question)).decision is not Decision.ANSWER


def test_hits_say_what_speaks_for_them(bakery: KnowledgeBase) -> None:
    till, *others = bakery.find(redact("customers get no receipt")).hits
    worded = bool(bakery.index().snapshot.wordings)
    assert math.isnan(till.nearest) is not worded
    assert all(math.isnan(hit.wordings) for hit in others)
    if worded:
        assert till.nearest > till.wordings > till.passage
    code = bakery.find(redact("E-417")).hits[0]
    assert code.words == 1 and code.known == 1


def test_examples_are_wordings_or_else_headings(bakery: KnowledgeBase) -> None:
    worded = bool(bakery.index().snapshot.wordings)
    assert ("customers get no receipt" in bakery.examples("en")) is worded
    assert ("レシートが出ない" in bakery.examples("ja")) is worded
    assert "The dough mixer stops" in bakery.examples("ja")
    assert bakery.ask(redact("hello")).examples == bakery.examples("en")


def test_one_wording_counts_if_it_says_just_that(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    guide = tmp_path / "bakery.md"
    guide.write_text(BAKERY, "utf-8")
    guide.with_suffix(".guide.yaml").write_text(
        "sections: {the-slicer-is-blunt: {also_asked: the bread falls to crumbs}}", "utf-8"
    )
    ingest([guide], home, embeddings)
    knowledge_base = KnowledgeBase(home, embeddings)

    def believed(question: str) -> dict[str, float]:
        found = knowledge_base.find(redact(question))
        return {found.index.names(hit)[0][0]: hit.believed for hit in found.hits}

    same, other = believed("bread falls into crumbs"), believed("the oven is dirty")
    assert same["the-slicer-is-blunt"] == 1 and 0 < other["the-slicer-is-blunt"] < 0.5
    assert {value for name, value in same.items() if name != "the-slicer-is-blunt"} == {0}
    index = knowledge_base.index()
    assert [heading for _, heading in index.unworded("en")] == [
        "The dough mixer stops",
        "The oven shows E-417",
        "The till prints nothing",
    ]


def test_a_section_is_known_by_its_address_or_its_heading(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    guide = tmp_path / "bakery.md"
    guide.write_text(f"---\nurl: https://docs.example.com/b\n---\n{BAKERY}", "utf-8")
    ingest([guide], home, embeddings)
    index = KnowledgeBase(home, embeddings).index()
    till = "bakery#the-till-prints-nothing"
    assert index.named_in("see <https://docs.example.com/b#the-till-prints-nothing|here>") == [till]
    assert index.named_in("https://docs.example.com/b#the-till-prints-nothing-2") == []
    assert index.named_in("Please read “the TILL prints nothing”.") == [till]
    assert index.named_in("I have ordered a new roll") == []
