"""Headings, steps, questions and answers that a text only types."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse_with_remarks
from ingest.remark import RemarkKind
from kb.model import Block, Guide


def read(root: Path, text: str, name: str = "guide.txt") -> Guide:
    path = root / name
    path.write_text(dedent(text).lstrip("\n"), "utf-8")
    return parse_with_remarks(load(read_source(path))).guide


def outline(guide: Guide) -> list[str]:
    """Return a guide as lines: the path of each section, and its blocks under it."""
    lines: list[str] = []
    for section in guide.sections:
        lines.append(" > ".join(section.path))
        for block in section.blocks:
            lines += _written(block, "  ")
    return lines


def _written(block: Block, indent: str) -> list[str]:
    mark = f"{block.number}." if block.number else block.kind.value
    below = [line for child in block.children for line in _written(child, indent + "  ")]
    return [f"{indent}{mark} {block.text}", *below]


def test_signs_begin_sections_and_circled_numbers_are_steps(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        給湯室の手引き

        ■ お湯が出ない
        次の順に確かめます。
        ① 元栓を開けます。
        ② 電源を入れます。

        ■ 換気扇が回らない
        （１）ひもを引きます。
        （２）ブレーカーを上げます。
        """,
    )
    assert guide.info.title == "給湯室の手引き"
    assert outline(guide) == [
        "お湯が出ない",
        "  paragraph 次の順に確かめます。",
        "  1. 元栓を開けます。",
        "  2. 電源を入れます。",
        "換気扇が回らない",
        "  1. ひもを引きます。",
        "  2. ブレーカーを上げます。",
    ]


def test_what_was_taken_for_structure_is_said_by_line(tmp_path: Path) -> None:
    path = tmp_path / "guide.txt"
    path.write_text("Doors\n\n■ It sticks\n1) Push.\n2) Pull.\n\n■ It squeaks\nOil it.\n", "utf-8")
    remarks = parse_with_remarks(load(read_source(path))).remarks
    assert {remark.kind for remark in remarks} == {RemarkKind.STRUCTURE}
    assert [(remark.line, remark.text[:20]) for remark in remarks] == [
        (3, "looks like a heading"),
        (4, "2 lines from here lo"),
        (7, "looks like a heading"),
    ]


@pytest.mark.parametrize("step", ["手順{}：", "手順{} ", "Step {}: ", "Schritt {}. ", "Paso {} - "])
def test_typed_steps_keep_what_stands_under_them(tmp_path: Path, step: str) -> None:
    first, second = step.format(1), step.format(2)
    guide = read(
        tmp_path,
        f"# Lamp\n\n## Dark\n\n{first}Open the cover.\n\n- Mind the glass.\n\n"
        f"{second}Turn the bulb.\n\nIt shines.\n",
        "lamp.md",
    )
    assert outline(guide) == [
        "Dark",
        "  1. Open the cover.",
        "    bullet Mind the glass.",
        "  2. Turn the bulb.",
        "  paragraph It shines.",
    ]


def test_headings_without_a_space_are_headings(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        #自転車置き場

        ##鍵が開かない

        １．油をさします。
        ２．鍵を回します。

        ##空気が抜ける

        受付で空気入れを借ります。
        """,
        "bicycle.md",
    )
    assert guide.info.title == "自転車置き場"
    assert [section.heading for section in guide.sections] == ["鍵が開かない", "空気が抜ける"]
    assert [block.number for block in guide.sections[0].blocks] == [1, 2]


def test_bold_lines_are_headings_where_there_are_no_others(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        Garden manual

        **1. Beds**

        **1.1 Sow a bed**

        1. Rake it.
        2. Sow.

        **1.2 Weed a bed**

        Pull the weeds with their roots.

        **2. Paths**

        **2.1 Sweep a path**

        Use the wide broom.
        """,
        "garden.md",
    )
    assert guide.info.title == "Garden manual"
    assert [" > ".join(section.path) for section in guide.sections] == [
        "1. Beds > 1.1 Sow a bed",
        "1. Beds > 1.2 Weed a bed",
        "2. Paths > 2.1 Sweep a path",
    ]


def test_bold_sentences_and_names_of_procedures_are_no_headings(tmp_path: Path) -> None:
    text = """
        # Mower

        ## Start it

        **Wear boots.** Then:

        1. Pull the cord.

        **This is what most people forget.**

        2. Let go of it.

        ## Clean it

        **To clean the blade**

        1. Lift it.
        2. Brush it.

        **To clean the bag**

        1. Shake it.
        """
    guide = read(tmp_path, text, "mower.md")
    assert [section.heading for section in guide.sections] == ["Start it", "Clean it"]
    assert [block.kind.value for block in guide.sections[1].blocks] == [
        "caption",
        "step",
        "step",
        "caption",
        "step",
    ]


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Q. ", "A. "), ("Q1: ", "A1: "), ("問：", "答："), ("Ｑ１．", "Ａ１．"), ("P: ", "R: ")],
)
def test_questions_and_their_answers_are_sections(
    tmp_path: Path, question: str, answer: str
) -> None:
    guide = read(
        tmp_path,
        f"Common questions\n\n{question}Where is the mop?\n{answer}In the cupboard.\n\n"
        f"{question}Who empties the bins?\n{answer}1. Ask the porter.\n2. Wait.\n",
    )
    assert outline(guide) == [
        "Where is the mop?",
        "  paragraph In the cupboard.",
        "Who empties the bins?",
        "  1. Ask the porter.",
        "  2. Wait.",
    ]


def test_symptoms_that_repeat_name_the_problems(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        回覧板

        【症状】板が見つからない
        【原因】前の人が持っている
        【対処法】
        (1) 名簿を見る
        (2) 電話する

        【症状】はんこを押し間違えた
        【対処法】二重線を引く
        """,
    )
    found = [(s.problem, s.role.value, [b.text for b in s.blocks]) for s in guide.sections]
    assert found == [
        ("板が見つからない", "symptoms", ["板が見つからない"]),
        ("板が見つからない", "cause", ["前の人が持っている"]),
        ("板が見つからない", "resolution", ["名簿を見る", "電話する"]),
        ("はんこを押し間違えた", "symptoms", ["はんこを押し間違えた"]),
        ("はんこを押し間違えた", "resolution", ["二重線を引く"]),
    ]


def test_underlines_rules_and_numbers_make_headings_of_typed_lines(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        BOILER ROOM
        ===========

        1. It is cold
        -------------
        a) Open the valve.
        b) Press the
           red button.

        2. It is loud
        -------------
        Call the fitter, who comes
        within the day.
        """,
    )
    assert guide.info.title == "BOILER ROOM"
    assert outline(guide) == [
        "1. It is cold",
        "  1. Open the valve.",
        "  2. Press the red button.",
        "2. It is loud",
        "  paragraph Call the fitter, who comes within the day.",
    ]


def test_numbered_headings_are_told_from_steps_by_what_stands_under_them(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        Reception

        1. The bell is silent
        Look at the battery first.
        ① Open the lid.
        ② Change the battery.

        2. The lamp is dark
        ① Turn the bulb.
        ② Change it.
        """,
    )
    assert [section.heading for section in guide.sections] == [
        "1. The bell is silent",
        "2. The lamp is dark",
    ]
    steps = read(tmp_path, "Reception\n\n1. Ring the bell\n2. Wait\n3. Ring again\n")
    assert [block.number for block in steps.sections[0].blocks] == [1, 2, 3]


def test_short_lines_that_stand_apart_are_headings_over_sentences(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        "Bakery\n\nThe oven stays cold\n\nSwitch it on at the wall.\n\n"
        "The dough is flat\n\nThe yeast is old. Take new yeast.\n",
    )
    assert [section.heading for section in guide.sections] == [
        "The oven stays cold",
        "The dough is flat",
    ]


def test_signs_and_bullets_without_text_under_them_are_a_list(tmp_path: Path) -> None:
    guide = read(tmp_path, "持ち物\n\n次のものです。\n■ 印鑑\n■ 写真\n\n→ 受付\n→ 二階\n")
    assert outline(guide) == [
        "持ち物",
        "  paragraph 次のものです。",
        *("  bullet 印鑑", "  bullet 写真", "  bullet 受付", "  bullet 二階"),
    ]


PROSE = {
    "names of channels": "Channels\n\n#general\n#random\n",
    "names in capitals": "On call\n\nANNA BERG\n\nTOM LIND\n\nThe first one takes the phone.\n",
    "an address": "Returns\n\nSend it to:\n\nSome Pumps Ltd\n14 Mill Lane\nLEEDS\n",
    "years and dates": "Lease\n\nIt began on\n3. October 2019 and ends in\n2026. Then it ends.\n",
    "a chat": "Log\n\n10:00 A: it stopped\n10:01 B: look at it\n10:02 A: it runs\n",
    "quarters": "# Report\n\nQ3: we moved.\n\nQ4 is higher.\n\nA: this grade is best.\n",
    "steps in a sentence": "Plan\n\nStep 1 of it is done.\nStep 3 of it is not paid for.\n",
    "telephones": "Numbers\n\n1) 555-0110 by day\n1) 555-0111 by night\n(03) 5550-4321\n",
    "a song": "Song\n\nBright stands our hall\nThe smell of oil\n\nTurn, wheels, turn\nAnd stop\n",
}


@pytest.mark.parametrize("prose", PROSE)
def test_prose_is_left_as_it_is(tmp_path: Path, prose: str) -> None:
    name = "prose.md" if PROSE[prose].startswith("#") else "prose.txt"
    guide = read(tmp_path, PROSE[prose], name)
    assert len(guide.sections) == 1
    assert all(block.number is None for block in guide.sections[0].blocks)
    words = " ".join(block.full_text for block in guide.sections[0].blocks).split()
    assert words == PROSE[prose].split("\n", 1)[1].split()


def test_lists_that_are_cut_by_what_stands_between_are_one(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        # Scanner

        ## Set it up

        1. Plug it in.

        ```
        lsusb
        ```

        2. Scan a page.

        Wait for the beep.

        3. Save it.
        """,
        "scanner.md",
    )
    assert outline(guide) == [
        "Set it up",
        "  1. Plug it in.",
        "    code lsusb",
        "  2. Scan a page.",
        "    paragraph Wait for the beep.",
        "  3. Save it.",
    ]


def test_a_contents_list_names_headings_and_is_none_of_the_text(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        CRANE

        The hook is stuck ........ 1
        The cabin is hot ......... 2

        The hook is stuck
        Lower the hook to the ground and
        wait for the fitter.
        The cabin is hot
        Open the hatch.
        """,
    )
    assert [section.heading for section in guide.sections] == [
        "The hook is stuck",
        "The cabin is hot",
    ]
    assert "...." not in "".join(b.full_text for s in guide.sections for b in s.blocks)


def test_tables_and_markup_of_other_plain_formats(tmp_path: Path) -> None:
    guide = read(
        tmp_path,
        """
        Labels
        ======

        .. warning::

           Hot!

        Load a roll
        -----------

        #. Open the lid.
        #. See :ref:`rolls <other>`.

        .. code-block:: sh

           labels --feed

        Colours

        Roll    Width   Colour
        ----    -----   ------
        A       20      blue
        B       30      red
        """,
    )
    assert outline(guide)[2:] == [
        "Load a roll",
        "  1. Open the lid.",
        "  2. See rolls.",
        "    code labels --feed",
        "  paragraph Colours",
        "  table Roll | Width | Colour\nA | 20 | blue\nB | 30 | red",
    ]
    text = "= Badge\n\n== Lost\n\n. Block it.\n. Order one.\n\nNOTE: 10 EUR.\n"
    asciidoc = read(tmp_path, text)
    assert outline(asciidoc) == ["Lost", "  1. Block it.", "  2. Order one.", "  note 10 EUR."]
