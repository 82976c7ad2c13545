"""The gate: which golden questions are answered worse on a new snapshot, and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.check.gate import ask_both
from kb.evaluation.golden import GoldenQuestion
from kb.ingest_result import GateReport
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.paths import Home
from testing.hashed import HashedEmbeddings
from tests.ingesting import ingest

GUIDE = """# Kettles

## The kettle is cold

1. Plug the kettle in.

## The kettle leaks

Tighten the ring under the lid.
"""
COLD = GoldenQuestion(q="the kettle is cold", lang="en", expect=("the-kettle-is-cold",), line=1)
LEAKS = GoldenQuestion(
    q="the kettle leaks", lang="en", expect=("the-kettle-leaks",), line=2, draft="r, 2026-11-26"
)
LUNCH = GoldenQuestion(q="qzxv wvut", lang="en", expect=("not_covered",), line=3)


class Published:
    """Knowledge bases, each of a text of one guide."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def __call__(self, text: str) -> KnowledgeBase:
        self._count += 1
        home, guide = Home(self._folder / str(self._count)), self._folder / "kettle.en.md"
        guide.write_text(text, "utf-8")
        ingest([guide], home, HashedEmbeddings())
        return KnowledgeBase(home, HashedEmbeddings())


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return Published(tmp_path)


def test_without_a_live_snapshot_there_is_nothing_to_compare(published: Published) -> None:
    done: list[tuple[int, int]] = []
    report = ask_both(
        [COLD, LUNCH], None, published(GUIDE), progress=lambda *some: done.append(some)
    )
    assert (report.questions, report.right_before, report.right_after) == (2, None, 2)
    assert report.changes == () and report.passed and done == [(1, 2), (2, 2)]


def test_what_only_moved_down_is_no_change(published: Published) -> None:
    moved = GUIDE.replace("## The kettle is cold", "\n\n## The kettle is cold")
    report = ask_both([COLD, LEAKS], published(GUIDE), published(moved))
    assert (report.right_before, report.right_after, report.changes) == (2, 2, ())


def test_other_words_are_a_change_and_not_a_worse_one(published: Published) -> None:
    edited = GUIDE.replace("Plug the kettle in.", "Plug it in.")
    report = ask_both([COLD, LEAKS], published(GUIDE), published(edited))
    (change,) = report.changes
    assert (change.question, change.worse, change.draft) == (COLD.q, None, False)
    assert change.before == change.after and change.after.decision is Decision.ANSWER
    assert report.passed and report.regressions == []


def test_a_section_that_is_gone_stops_it(published: Published) -> None:
    before, after = published(GUIDE), published(GUIDE[: GUIDE.index("## The kettle leaks")])
    report = ask_both([COLD, LEAKS, LUNCH], before, after)
    (worse,) = report.regressions
    assert (worse.question, worse.line, worse.draft) == (LEAKS.q, 2, True)
    assert worse.worse == ("the section that answered it is gone: kettle#the-kettle-leaks")
    assert (report.right_before, report.passed) == (3, False)
    assert ask_both([LEAKS], before, after, allowed=1).passed


def test_a_question_that_goes_elsewhere_stops_it(published: Published) -> None:
    heading = "## The kettle is cold"
    swapped = GUIDE.replace(heading, f"{heading}<a name='x'></a>").replace("cold", "warm")
    after = swapped + "\n## It is the kettle that is cold\n\nCall the porter.\n"
    report = ask_both([COLD], published(GUIDE), published(after))
    (worse,) = report.regressions
    assert worse.worse and worse.after.failure is not None and not report.passed


def test_what_programs_read_says_whether_it_passed() -> None:
    report = GateReport(questions=1, right_before=None, right_after=0, allowed=0)
    assert report.model_dump()["passed"] is True
