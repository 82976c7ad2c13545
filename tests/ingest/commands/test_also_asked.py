"""`guidebot also-asked`: a question goes where the docs team says such things."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.commands.also_asked import add_also_asked
from ingest.errors import SourceError
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse

TEXT = "# Doors\n\n## Latch\n\nOil it.\n\n## Hinge\n\nPaint it.\n"


def asked(path: Path) -> list[tuple[str, ...]]:
    return [section.also_asked for section in parse(load(read_source(path))).sections]


def test_a_guide_without_front_matter_gets_a_file_beside_it(tmp_path: Path) -> None:
    guide = tmp_path / "doors.en.md"
    guide.write_text(TEXT, "utf-8")
    path, added = add_also_asked(guide, "hinge", ["It squeaks!", "うるさい"])
    assert (path.name, added) == ("doors.en.guide.yaml", ["It squeaks!", "うるさい"])
    assert asked(guide) == [(), ("It squeaks!", "うるさい")]
    assert guide.read_text("utf-8") == TEXT

    path.write_text("# Ours.\n" + path.read_text("utf-8"), "utf-8")
    _, added = add_also_asked(guide, "Hinge", ["It squeaks!", "- what: is this?"])
    assert added == ["- what: is this?"]
    assert asked(guide)[1] == ("It squeaks!", "うるさい", "- what: is this?")
    assert path.read_text("utf-8").startswith("# Ours.\n")


def test_front_matter_keeps_its_comments_and_layout(tmp_path: Path) -> None:
    guide = tmp_path / "doors.md"
    front = (
        "---\ntitle: 'Doors'  # not Gates\nlanguage: en\nsections:\n  hinge:\n"
        "    also_asked: It squeaks!\n    keywords: [noise]  # from tickets\n---\n"
    )
    guide.write_text(front + TEXT, "utf-8")
    path, _ = add_also_asked(guide, "hinge", ["Why so loud?"])
    assert path == guide
    assert asked(guide) == [(), ("It squeaks!", "Why so loud?")]
    written = guide.read_text("utf-8")
    assert "title: 'Doors'  # not Gates\n" in written
    assert "keywords: [noise]  # from tickets\n---\n" in written and written.endswith(TEXT)


def test_the_file_beside_keeps_the_last_word(tmp_path: Path) -> None:
    guide = tmp_path / "doors.md"
    guide.write_text("---\nlanguage: en\n---\n" + TEXT, "utf-8")
    beside = tmp_path / "doors.guide.yaml"
    beside.write_text("sections:\n  latch:\n    keywords: bolt\n", "utf-8")
    path, _ = add_also_asked(guide, "latch", ["It sticks"])
    assert path == beside
    assert asked(guide)[0] == ("It sticks",)


def test_nothing_is_written_that_cannot_be_read(tmp_path: Path) -> None:
    guide = tmp_path / "doors.md"
    guide.write_text(TEXT, "utf-8")
    with pytest.raises(SourceError, match="no section 'roof'. The sections are: latch, hinge"):
        add_also_asked(guide, "roof", ["It leaks"])
    with pytest.raises(SourceError, match="at most 300"):
        add_also_asked(guide, "latch", ["x" * 301])
    assert [each.name for each in tmp_path.iterdir()] == ["doors.md"]
