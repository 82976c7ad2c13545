"""The search over a small guide of no field in particular."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.paths import Home
from kb.question.redact import redact

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
