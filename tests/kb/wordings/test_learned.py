"""What people teach, and what they cannot: a guide, the real model, lessons."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Decision
from kb.paths import Home
from kb.question.redact import redact
from kb.wordings.learned import LearnedWording, Lesson, Standing, text_key
from tests.ingesting import ingest

GUIDE = """---
title: The workshop
language: en
---
# The workshop

## The lathe does not start

1. Pull out the red emergency button.
2. Press the green one.

## The saw blade is blunt

1. Unplug the saw and change the blade.

## The dust extractor is full

1. Empty the bag into the grey bin.

## Booking a machine

1. Write your name into the book at the door.

## Losing the workshop card

1. Ask the porter for another one.
"""
LATHE, SAW = "workshop#the-lathe-does-not-start", "workshop#the-saw-blade-is-blunt"
ASKED = (
    "nothing happens when I want to turn a table leg",
    "I want to turn a chair leg and nothing happens",
    "nothing happens at all when I turn wood",
)


@pytest.fixture
def workshop(home: Home, embeddings: SentenceTransformerEmbeddings, tmp_path: Path) -> Path:
    """The guide's file; it is published."""
    path = tmp_path / "workshop.md"
    path.write_text(GUIDE, "utf-8")
    ingest([path], home, embeddings)
    return path


@pytest.fixture
def knowledge_base(
    workshop: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> KnowledgeBase:
    return KnowledgeBase(home, embeddings)


def lessons(
    *persons: str, texts: Iterable[str] = ASKED, problem: str = LATHE, good: bool = True
) -> list[Lesson]:
    """What people say, each of one question."""
    return [
        Lesson(problem=problem, text=text, language="en", person=person, good=good)
        for person, text in zip(persons, texts, strict=False)
    ]


def standings(learned: Iterable[LearnedWording]) -> dict[str, Standing]:
    return {each.text: each.standing for each in learned}


def odds(knowledge_base: KnowledgeBase, question: str) -> dict[str, float]:
    found = knowledge_base.find(redact(question), taught=True)
    return {found.index.names(hit)[0][1]: hit.score for hit in found.hits}


def answers(knowledge_base: KnowledgeBase, questions: Iterable[str]) -> list[Answer]:
    return [knowledge_base.ask(redact(question)) for question in questions]


def test_one_person_teaches_nothing(knowledge_base: KnowledgeBase) -> None:
    before = odds(knowledge_base, ASKED[2])
    learned = knowledge_base.teach(lessons("U1", "U1", "U1"), {})
    assert set(standings(learned).values()) == {Standing.WAITING}
    assert odds(knowledge_base, ASKED[2]) == before


def test_two_people_who_ask_alike_teach(knowledge_base: KnowledgeBase) -> None:
    before = odds(knowledge_base, ASKED[2])
    learned = knowledge_base.teach(lessons("U1", "U2"), {})
    assert standings(learned) == dict.fromkeys(ASKED[:2], Standing.COUNTS)
    after = odds(knowledge_base, ASKED[2])
    assert after[LATHE] > before[LATHE]
    assert {name: value for name, value in after.items() if name != LATHE} == pytest.approx(
        {name: value for name, value in before.items() if name != LATHE}
    )
    knowledge_base.teach([], {})
    assert odds(knowledge_base, ASKED[2]) == before


def test_two_people_who_ask_of_different_things_do_not(knowledge_base: KnowledgeBase) -> None:
    texts = (ASKED[0], "where can I get a visa for Portugal?")
    learned = knowledge_base.teach(lessons("U1", "U2", texts=texts), {})
    assert set(standings(learned).values()) == {Standing.WAITING}


def test_who_says_no_counts_against_it(knowledge_base: KnowledgeBase) -> None:
    two = lessons("U1", "U2")

    def standing(*more: Lesson) -> Standing:
        return standings(knowledge_base.teach([*two, *more], {}))[ASKED[0]]

    no = [Lesson(problem=LATHE, text=ASKED[2], language="en", person=p, good=False) for p in "ABC"]
    assert standing(no[0]) is Standing.COUNTS
    assert standing(no[0], no[1]) is Standing.WEAKENED
    # Of something else, a no says nothing, and of one person the last word counts.
    other = lessons("U3", "U4", good=False, texts=["the first aid box", "where is first aid?"])
    assert standing(*other) is Standing.COUNTS
    assert standing(no[0], no[0].model_copy(update={"person": "U1"})) is Standing.WAITING


def test_nobody_rides_on_an_honest_lesson(knowledge_base: KnowledgeBase) -> None:
    wrong = ["I cannot book a machine", "where do I book a machine?", "booking fails"]
    honest = lessons("U1")
    learned = knowledge_base.teach([*honest, *lessons("U9", "U9", "U9", texts=wrong)], {})
    assert Standing.COUNTS not in standings(learned).values()


def test_the_docs_team_has_the_last_word(knowledge_base: KnowledgeBase) -> None:
    accepted = {(LATHE, text_key(ASKED[0])): True}
    (one,) = knowledge_base.teach(lessons("U1"), accepted, people_decide=False)
    assert one.standing is Standing.COUNTS
    removed = {(LATHE, text_key(ASKED[0])): False}
    learned = standings(knowledge_base.teach(lessons("U1", "U2"), removed))
    assert learned[ASKED[0]] is Standing.REMOVED
    assert set(
        standings(knowledge_base.teach(lessons("U1", "U2"), {}, people_decide=False)).values()
    ) == {Standing.WAITING}


def test_nobody_can_turn_an_answer(knowledge_base: KnowledgeBase) -> None:
    questions = (
        "The lathe does not start",
        "lathe won't start",
        "the saw blade is blunt",
        "the dust extractor is full",
        "how do I book a machine?",
        "I lost the workshop card",
        "The lathe does not start, and where do I book a machine?",
    )
    follow_ups = ("and if it is the old one?", "and for a friend?", "what about tomorrow?")
    before = [*answers(knowledge_base, questions), *after_lathe(knowledge_base, follow_ups)]
    assert sum(answer.decision is Decision.ANSWER for answer in before) >= 4
    crowd = [
        lesson
        for person in range(20)
        for text in (*questions, *follow_ups)
        for lesson in lessons(f"U{person}", texts=[text], problem=SAW)
    ]
    learned = knowledge_base.teach(crowd, {})
    assert set(standings(learned).values()) == {Standing.COUNTS}
    after = [*answers(knowledge_base, questions), *after_lathe(knowledge_base, follow_ups)]
    for was, now in zip(before, after, strict=True):
        if was.decision is Decision.ANSWER:
            assert now == was


def after_lathe(knowledge_base: KnowledgeBase, questions: Iterable[str]) -> list[Answer]:
    """Ask questions after one about the lathe."""
    lathe = redact("the lathe does not start")
    return [knowledge_base.ask(redact(question), before=lathe) for question in questions]


def test_what_is_taught_lifts_and_lowers_nothing(knowledge_base: KnowledgeBase) -> None:
    before = {text: odds(knowledge_base, text) for text in ASKED}
    wrong = [text for text in ASKED for _ in range(2)]
    crowd = lessons(*("U1", "U2") * 3, texts=wrong, problem=SAW)
    knowledge_base.teach([*crowd, *lessons("U1", "U2", texts=["a", "a b"], problem=LATHE)], {})
    for text, odds_before in before.items():
        after = odds(knowledge_base, text)
        assert all(after[name] >= value - 1e-5 for name, value in odds_before.items())


def test_what_was_renamed_is_followed(
    knowledge_base: KnowledgeBase,
    workshop: Path,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
) -> None:
    said = lessons("U1", "U2")
    removed = {(LATHE, text_key(ASKED[1])): False}
    for heading in ("The turning machine is dead", "Dead turning machines"):
        text = re.sub(r"## (The lathe|The turning|Dead).*", f"## {heading}", workshop.read_text())
        workshop.write_text(text, "utf-8")
        ingest([workshop], home, embeddings)
        learned = {each.text: each for each in knowledge_base.teach(said, removed)}
        assert learned[ASKED[0]].problem == f"workshop#{heading.lower().replace(' ', '-')}"
        assert learned[ASKED[0]].standing is Standing.COUNTS
        assert learned[ASKED[1]].standing is Standing.REMOVED
    # What is gone teaches nothing, and hurts nobody.
    workshop.write_text(re.sub(r"## Dead.*?(?=## )", "", text, flags=re.DOTALL), "utf-8")
    ingest([workshop], home, embeddings)
    assert knowledge_base.teach(said, removed) == []


def test_the_nearest_wording_is_named(knowledge_base: KnowledgeBase) -> None:
    knowledge_base.teach(lessons("U1", "U2"), {})
    found = knowledge_base.nearest_wording(LATHE, ASKED[2], "en")
    assert found and (found.text in ASKED[:2], found.origin) == (True, "learned")
    assert knowledge_base.nearest_wording(LATHE, "a visa for Portugal", "en") is None
    assert knowledge_base.nearest_wording(SAW, ASKED[2], "en") is None
