"""Problems are what is found: by any of their parts, and answered with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.question import Place
from bot.views.answer import render
from bot.views.problem import problem_blocks
from bot.words.catalogue import words
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.evaluation.evaluate import judge
from kb.evaluation.golden import GoldenQuestion
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Decision
from kb.paths import Home
from kb.question.redact import redact
from tests.bot.views.test_answer import check
from tests.ingesting import ingest

GUIDE = """---
sections:
  The login page stays white:
    also_asked: [the login page stays white, the window is empty after my password]
    keywords: [login page, empty window, outdated cache]
  The calendar loses appointments:
    also_asked: [my calendar loses appointments]
    keywords: [calendar, appointments]
---
# Known problems of the intranet

## The login page stays white

### Symptoms

After the password has been typed, the browser shows an empty window.

### Cause

An outdated cache of the browser is in the way.

### Solution

1. Press Ctrl+F5.
2. Sign in again.

## The calendar loses appointments

### Symptoms

Appointments that were made on the phone are gone the next day.

### Cause

Two phones synchronise the same calendar.

### Solution

1. Switch one phone off.
2. Make the appointment again.
"""


@pytest.fixture(scope="module")
def intranet(
    tmp_path_factory: pytest.TempPathFactory,
    known_vectors: Path,
    embeddings: SentenceTransformerEmbeddings,
) -> KnowledgeBase:
    home = Home(tmp_path_factory.mktemp("intranet"))
    (home.root / "guide.en.md").write_text(GUIDE, "utf-8")
    ingest([home.root / "guide.en.md"], home, embeddings)
    return KnowledgeBase(home, embeddings)


def asked(base: KnowledgeBase, question: str, before: str | None = None) -> Answer:
    return base.ask(redact(question), before=redact(before) if before else None)


def steps(answer: Answer) -> list[str]:
    return [step.text for part in answer.parts for step in part.steps]


@pytest.mark.parametrize(
    "question",
    [
        "the login page stays white",
        "browser shows an empty window after I type my password",
        "an outdated cache is in the way",
    ],
)
def test_any_part_leads_to_what_to_do(intranet: KnowledgeBase, question: str) -> None:
    best = intranet.find(redact(question)).hits[0]
    found = intranet.index().snapshot.section(best.section).section
    answer = intranet.answer_from("guide", "en", found.anchor, redact(question))
    assert answer and answer.decision is Decision.ANSWER
    assert steps(answer) == ["Press Ctrl+F5.", "Sign in again."]
    assert answer.parts[0].heading == "The login page stays white"
    assert answer.citations[0].path == ("The login page stays white", "Solution")
    assert answer.more == ("Symptoms", "Cause")


@pytest.mark.parametrize("question", ["and why does that happen?", "原因は?", "pourquoi ?"])
def test_a_follow_up_gets_the_part_that_it_asks_for(intranet: KnowledgeBase, question: str) -> None:
    answer = asked(intranet, question, before="the login page stays white")
    assert steps(answer) == ["An outdated cache of the browser is in the way."]
    assert answer.question == question and answer.more == ("Symptoms", "Solution")


def test_a_problem_is_one_button_whatever_its_parts(intranet: KnowledgeBase) -> None:
    answer = asked(intranet, "the login page stays white")
    text = check(render(answer, Place(channel="D1", ts="1.1")))
    assert text.count("Show the whole section") == 1
    assert "The guide also says: Symptoms, Cause." in text


def test_the_whole_problem_can_be_read(intranet: KnowledgeBase) -> None:
    cited = asked(intranet, "the login page stays white").citations[0]
    found = intranet.problem(cited.guide_id, cited.language, cited.anchor)
    assert found
    shown = str([block.to_dict() for block in problem_blocks(*found, words("en"))])
    order = [shown.index(word) for word in ("Symptoms", "empty window", "Cause", "Ctrl+F5")]
    assert order == sorted(order) and "calendar" not in shown


@pytest.mark.parametrize("part", ["symptoms", "cause", "solution"])
def test_golden_questions_may_expect_any_part(intranet: KnowledgeBase, part: str) -> None:
    anchor = f"the-login-page-stays-white/{part}"
    question = GoldenQuestion(q="the login page stays white", lang="en", expect=(anchor,), line=1)
    found = intranet.find(redact(question.q))
    result = judge(question, found, intranet.answer(found))
    assert result.right and result.ranking[0] == anchor and len(result.ranking) == 2


def test_headings_are_those_of_problems(intranet: KnowledgeBase) -> None:
    assert [heading for _, heading in intranet.index().headings("en")] == [
        "The login page stays white",
        "The calendar loses appointments",
    ]
