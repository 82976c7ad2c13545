"""Sections that are parts of one problem, by the words that guides cut their pages with."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from ingest.parse.roles import role_of
from kb.model import Guide, Role

DO, WHY, SEEN, MORE = Role.RESOLUTION, Role.CAUSE, Role.SYMPTOMS, Role.MORE


def read(folder: Path, text: str, name: str = "guide.en.md") -> Guide:
    path = folder / name
    path.write_text(text, "utf-8")
    return parse(load(read_source(path)))


def roles(guide: Guide) -> list[tuple[str, str, str | None]]:
    return [
        (section.heading, section.role.value, "/".join(section.problem_path) or section.problem)
        for section in guide.sections
    ]


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Symptoms", SEEN),
        ("Cause for error 1", WHY),
        ("Method 2: Delete the files", DO),
        ("I got this message. How do I fix it?", DO),
        ("More information", MORE),
        ("【症状】", SEEN),
        ("3. 考えられる原因", WHY),
        ("対処法②", DO),
        ("解決策：再起動する", DO),
        ("Ursachen", WHY),
        ("Lösung", DO),
        ("Résolution", DO),
        ("Síntomas", SEEN),
        ("Solução", DO),
        ("解决方法", DO),
        ("해결 방법", DO),
        ("원인", WHY),
        ("Steps to reset", DO),
        ("Cause and effect", None),
        ("How do I fix a paper jam?", None),
        ("問題の診断", None),
        ("手順書の場所", None),
        ("A", None),
        ("The solution bag leaks", None),
        ("", None),
    ],
)
def test_what_a_heading_says_that_is_under_it(heading: str, role: Role | None) -> None:
    assert role_of(heading) is role


def test_each_heading_with_a_way_out_is_a_problem(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        "# Known problems\n\n## Page is white\n\n### Cause\n\nOld cache.\n\n### Solution\n\n"
        "1. Reload.\n"
        "\n## Mail is late\n\nIt happens.\n\n### Solution\n\nWait.\n\n## Fine\n\nAll is well.\n",
    )
    assert roles(guide) == [
        ("Cause", "cause", "Page is white"),
        ("Solution", "resolution", "Page is white"),
        ("Mail is late", "symptoms", "Mail is late"),
        ("Solution", "resolution", "Mail is late"),
        ("Fine", "whole", None),
    ]
    assert guide.sections[1].problem == guide.sections[0].anchor


def test_a_page_is_one_problem_with_what_stands_above_its_way_out(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        "# Guests cannot join\n\nAll of them are affected.\n\nSince May.\n\n## Error 1\n\n"
        "Sign in.\n\n"
        "### Cause for error 1\n\nNot allowed.\n\n## Resolution\n\nAllow it.\n\n### For some\n"
        "\nPick.\n"
        "\n## References\n\nNone.\n",
    )
    assert [(section.heading, section.role) for section in guide.sections] == [
        ("Guests cannot join", SEEN),
        ("Error 1", SEEN),
        ("Cause for error 1", WHY),
        ("Resolution", DO),
        ("For some", DO),
        ("References", MORE),
    ]
    assert {section.problem for section in guide.sections} == {guide.sections[0].anchor}
    assert [section.part for section in guide.sections][3:5] == [(), ("For some",)]


def test_problems_side_by_side_are_called_by_their_first_heading(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        "# FAQ\n\n## Lamp is red\n\nSee it.\n\n## Solution\n\nWait.\n\n## Lamp is green\n\n"
        "Good.\n\n"
        "## Solution\n\nGo.\n",
    )
    assert roles(guide) == [
        ("Lamp is red", "symptoms", "Lamp is red"),
        ("Solution", "resolution", "Lamp is red"),
        ("Lamp is green", "symptoms", "Lamp is green"),
        ("Solution", "resolution", "Lamp is green"),
    ]


def test_one_heading_among_many_takes_no_others_along(tmp_path: Path) -> None:
    sections = "".join(f"## Topic {n}\n\nText {n}.\n\n" for n in range(5))
    guide = read(tmp_path, f"# Handbook\n\n{sections}## Procedure\n\nAsk.\n")
    assert [section.role for section in guide.sections] == [Role.WHOLE] * 5 + [DO]


def test_labels_inside_a_section_cut_it(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        "# メモ\n\n## 接続エラー\n\n**症状**: 「接続できません」と出る。\n\n"
        "**原因**: 止まっている。\n\n"
        "**解決方法**:\n\n```\nrestart\n```\n\n## 症状の書き方\n\n症状: 短く書く。\n",
        "memo.ja.md",
    )
    assert [(s.heading, s.role, str(s.lines)) for s in guide.sections] == [
        ("症状", SEEN, "5"),
        ("原因", WHY, "7"),
        ("解決方法", DO, "11-13"),
        ("症状の書き方", Role.WHOLE, "15-17"),
    ]
    assert guide.sections[0].blocks[0].text == "「接続できません」と出る。"
    assert guide.sections[2].path == ("接続エラー", "解決方法")


def test_what_helps_to_find_a_problem_may_name_it(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        "---\nsections:\n  Page is white: {also_asked: [nothing loads]}\n---\n# Known problems\n\n"
        "## Page is white\n\n### Cause\n\nOld cache.\n\n### Solution\n\n1. Reload.\n\n## Fine\n"
        "\nYes.\n",
    )
    assert guide.sections[0].also_asked == ("nothing loads",)


def test_typed_steps_are_steps(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        "# T\n\n## Ask\n\nStep 1: Take the form. It is red.\n\nStep 2: Fill it in.\n\n```\n"
        "fill\n```\n\n"
        "Step 3: Ask your manager to approve.\n\n## 押す\n\n手順1：切る\n手順２ 抜く\n\n"
        "## One\n\nStep 1 is hard.\n",
    )
    ask, press, one = guide.sections
    assert [(b.number, b.text) for b in ask.blocks] == [
        (1, "Take the form. It is red."),
        (2, "Fill it in."),
        (3, "Ask your manager to approve."),
    ]
    assert ask.blocks[1].children[0].text == "fill"
    assert [(b.number, b.text) for b in press.blocks] == [(1, "切る"), (2, "抜く")]
    assert [b.kind for b in one.blocks] == ["paragraph"]


def test_a_notes_label_may_stand_before_its_words(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        "# T\n\n## A\n\n**Note:** use white paper.\n\n**注意**: 熱い。\n\n"
        "**Note** that it beeps.\n",
    )
    assert [(b.label, b.text) for b in guide.sections[0].blocks] == [
        ("Note", "use white paper."),
        ("注意", "熱い。"),
        (None, "Note that it beeps."),
    ]
