"""What a new snapshot changes, told by guide, section and word."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.check.diff import compare, renamed_problems
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.ingest_result import ChangeKind, Diff, TextRun
from kb.paths import Home
from kb.snapshot.format import Snapshot
from kb.snapshot.live import open_current
from testing.hashed import HashedEmbeddings
from tests.ingesting import ingest

KETTLE = """# Kettles

## The kettle is cold

1. Plug it in.
2. Press the switch for three seconds.

## The kettle leaks

Tighten the ring under the lid.

## The kettle is loud

Pour vinegar in. Leave it for an hour.
"""
TOASTER = "# Toasters\n\n## The toast burns\n\nTurn the dial down.\n"


class Desk:
    """A folder of guides, and the snapshots that come of it."""

    def __init__(self, folder: Path) -> None:
        self.guides = folder / "guides"
        self.guides.mkdir()
        self._home = Home(folder / "home")
        self._embeddings = HashedEmbeddings()

    def publish(self, **guides: str) -> Snapshot:
        for path in self.guides.iterdir():
            path.unlink()
        for name, text in guides.items():
            (self.guides / f"{name}.en.md").write_text(text, "utf-8")
        ingest([self.guides], self._home, self._embeddings)
        return open_current(self._home.snapshots)

    def change(self, before: str, after: str) -> Diff:
        old = self.publish(kettle=KETTLE)
        assert before in KETTLE
        return compare(old, self.publish(kettle=KETTLE.replace(before, after)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def said(words: tuple[TextRun, ...], *kinds: ChangeKind) -> str:
    return "".join(each.text for each in words if each.kind in kinds)


def test_an_edit_is_told_by_its_words(desk: Desk) -> None:
    (guide,) = desk.change("three seconds", "five seconds").guides
    (section,) = guide.sections
    assert (guide.kind, section.kinds, section.anchor) == (
        ChangeKind.CHANGED,
        (ChangeKind.CHANGED,),
        "the-kettle-is-cold",
    )
    (sentence,) = section.sentences
    assert (
        said(sentence, ChangeKind.REMOVED) == "three" and said(sentence, ChangeKind.ADDED) == "five"
    )
    assert said(sentence, ChangeKind.SAME, ChangeKind.ADDED) == "Press the switch for five seconds."


def test_a_sentence_with_nothing_of_the_old_one_takes_its_place(desk: Desk) -> None:
    (guide,) = desk.change("Tighten the ring under the lid.", "Buy another.").guides
    (section,) = guide.sections
    assert section.sentences == (
        (TextRun(kind=ChangeKind.REMOVED, text="Tighten the ring under the lid."),),
        (TextRun(kind=ChangeKind.ADDED, text="Buy another."),),
    )


def test_a_section_of_another_heading_is_the_same_one(desk: Desk) -> None:
    (guide,) = desk.change("The kettle is loud", "It makes a noise").guides
    (section,) = guide.sections
    assert section.kinds == (ChangeKind.RENAMED,)
    assert (section.before, section.heading) == ("The kettle is loud", "It makes a noise")


def test_sections_come_and_go(desk: Desk) -> None:
    leaks = "## The kettle leaks\n\nTighten the ring under the lid.\n"
    (guide,) = desk.change(leaks, "## Where to buy one\n\nIn the shop at the station.\n").guides
    assert [(each.kinds, each.heading) for each in guide.sections] == [
        ((ChangeKind.ADDED,), "Where to buy one"),
        ((ChangeKind.REMOVED,), "The kettle leaks"),
    ]


def test_guides_come_and_go_and_those_that_stay_are_left_out(desk: Desk) -> None:
    first = desk.publish(kettle=KETTLE)
    both = desk.publish(kettle=KETTLE, toaster=TOASTER)
    added, removed = compare(first, both), compare(both, first)
    assert [(each.kind, each.title) for each in added.guides] == [(ChangeKind.ADDED, "Toasters")]
    assert [(each.kind, each.title) for each in removed.guides] == [
        (ChangeKind.REMOVED, "Toasters")
    ]
    assert compare(None, first).before is None
    assert [each.kind for each in compare(None, first).guides] == [ChangeKind.ADDED]


def test_lines_that_only_moved_are_no_change(desk: Desk) -> None:
    assert desk.change("# Kettles\n", "# Kettles\n\n\n").guides == ()


def test_what_is_said_of_a_guide_is_told_by_its_field(desk: Desk) -> None:
    (guide,) = desk.change("# Kettles\n", "---\nowner: porter\n---\n# Kettles\n").guides
    (field,) = guide.fields
    assert (field.name, field.before, field.after) == ("owner", "", "porter")
    assert guide.sections == ()


def test_a_problem_of_another_name_is_followed(desk: Desk) -> None:
    before = desk.publish(kettle=KETTLE)
    path = desk.guides / "kettle.en.md"
    path.write_text(KETTLE.replace("The kettle is loud", "It makes a noise"), "utf-8")
    guide = parse(load(read_source(path)))
    assert renamed_problems(before, [guide]) == {
        "kettle#the-kettle-is-loud": "kettle#it-makes-a-noise"
    }
    assert renamed_problems(None, [guide]) == {}
