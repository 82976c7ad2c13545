"""What the docs team says of a guide, at its top or in the file beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from ingest.pipeline import ingest
from ingest.sources.files import find_sources
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision, Guide
from kb.paths import Home
from kb.question.redact import redact

DOORS = """# Doors

## The latch sticks

1. Turn the key to the left.

## The hinge squeaks

Put a drop of oil on it.
"""


@pytest.fixture
def doors(tmp_path: Path) -> Path:
    path = tmp_path / "guides" / "doors.en.md"
    path.parent.mkdir()
    path.write_text(DOORS, "utf-8")
    return path


def beside(guide: Path, text: str) -> Path:
    path = guide.with_name("doors.en.guide.yaml")
    path.write_text(text, "utf-8")
    return path


def read(path: Path) -> Guide:
    return parse(load(read_source(path)))


def test_the_side_file_speaks_for_a_guide_that_cannot_be_edited(doors: Path) -> None:
    beside(
        doors,
        """
title: House doors
url: https://docs.example.com/doors
language: en
synonyms:
  - [latch, bolt, catch]
sections:
  the-latch-sticks:
    also_asked: I am locked out of the shed
    keywords: [ジャム, front entry]
  The hinge squeaks:
    also_asked:
      - ドアがキーキー鳴る
""",
    )
    guide = read(doors)
    assert guide.info.title == "House doors"
    assert guide.info.synonyms == (("latch", "bolt", "catch"),)
    latch, hinge = guide.sections
    assert latch.url == "https://docs.example.com/doors#the-latch-sticks"
    assert latch.also_asked == ("I am locked out of the shed",)
    assert latch.keywords == ("ジャム", "front entry")
    assert hinge.also_asked == ("ドアがキーキー鳴る",)


def test_front_matter_helps_the_first_section_and_the_side_file_has_the_last_word(
    doors: Path,
) -> None:
    matter = "---\ntitle: Inside\nalso_asked: [the key does not turn]\n---\n"
    doors.write_text(matter + DOORS, "utf-8")
    beside(doors, "title: Beside\n")
    guide = read(doors)
    assert guide.info.title == "Beside"
    assert guide.sections[0].also_asked == ("the key does not turn",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel: Doors\n", "line 1: titel: Extra inputs"),
        ("title: Doors\nsections:\n  the-latch-sticks:\n    asked: x\n", "line 4: sections."),
        ("language: english\n", "line 1: language"),
        ("sections:\n  the-door: {keywords: x}\n", "not in the guide: 'the-door'"),
        ("a: [\n", "is not YAML"),
        ("- a\n", "must be keys and values"),
        ("synonyms:\n  - [alone]\n", "line 2: synonyms.0"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(doors: Path, text: str, said: str) -> None:
    path = beside(doors, text)
    with pytest.raises(SourceError) as error:
        read(doors)
    assert said in str(error.value)
    assert path.name in str(error.value)


def test_a_side_file_is_not_a_source_of_its_own(doors: Path) -> None:
    beside(doors, "title: Beside\n")
    sources = find_sources([doors.parent])
    assert sources.files == (doors,) and sources.passed_over == ()


def test_people_are_understood_with_the_docs_teams_help(
    doors: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    by_wording, by_keyword = "月末の締め切りっていつ", "the flurbo is purple today"
    ingest([doors], home, embeddings)
    knowledge_base = KnowledgeBase(home, embeddings)
    for question in (by_wording, by_keyword):
        assert knowledge_base.ask(redact(question)).decision is not Decision.ANSWER
    beside(
        doors,
        """
sections:
  the-latch-sticks: {also_asked: [月末の締め切りは何日ですか]}
  the-hinge-squeaks: {keywords: [flurbo], also_asked: [why is there a noise at night]}
""",
    )
    ingest([doors], home, embeddings)
    answer = knowledge_base.ask(redact(by_wording))
    assert answer.decision is Decision.ANSWER
    assert {citation.anchor for citation in answer.citations} == {"the-latch-sticks"}
    # A word alone does not make it sure, but comes first among what may be meant.
    unsure = knowledge_base.ask(redact(by_keyword))
    assert (unsure.choices or unsure.nearest)[0].anchor == "the-hinge-squeaks"
    document = knowledge_base.retriever(None, 1).invoke(by_wording)[0]
    assert "Turn the key" in document.page_content


def test_synonyms_find_what_is_written_otherwise(
    doors: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    beside(doors, "synonyms: [[hinge, gozinta, 蝶番]]\n")
    ingest([doors], home, embeddings)
    hits = KnowledgeBase(home, embeddings).find(redact("gozinta")).hits
    words = {hit.section: hit.words for hit in hits}
    assert words[1] == 1 and words[0] == 0
