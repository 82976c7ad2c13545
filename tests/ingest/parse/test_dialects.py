"""Marks of other documentation tools in Markdown files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.model import Block, BlockKind
from tests.ingest.parse.reading import marks_shown, read_markdown
from tests.tree import assert_tree


def notes_of(tmp_path: Path, text: str) -> list[tuple[str | None, str]]:
    parsed = read_markdown(tmp_path, f"# Boiler\n\n## It is cold\n\n{text}\n")
    assert marks_shown(parsed) == []
    (section,) = parsed.guide.sections
    return [(b.label, b.full_text) for b in section.blocks if b.kind is BlockKind.NOTE]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ('!!! note "Mind the **steam**"\n    Hot pipes.', "Mind the steam"),
        ('!!! warn ""\n    Hot pipes.', "Warning"),
        ("!!! danger\n\n    Hot pipes.", "Danger"),
        ("!!! tip inline end\n    Hot pipes.", "Tip"),
        ("??? info\n    Hot pipes.", "Info"),
        ('???+ example "Before you start"\n    Hot pipes.', "Before you start"),
        (":::warning Mind the steam\n\nHot pipes.\n\n:::", "Mind the steam"),
        (":::tip[Mind the steam]{#steam}\nHot pipes.\n:::", "Mind the steam"),
        ("::: info\nHot pipes.\n:::", "Info"),
        (":::message alert\nHot pipes.\n:::", "Alert"),
        (":::message\nHot pipes.\n:::", "Note"),
        (":::note warn\nHot pipes.\n:::", "Warning"),
        (":::{important}\nHot pipes.\n:::", "Important"),
        ('::: {.caution title="Steam"}\nHot pipes.\n:::', "Steam"),
        ("/// note | Steam\nHot pipes.\n///", "Steam"),
        ("```{warning}\nHot pipes.\n```", "Warning"),
        ("```{note} Steam\n:class: wide\n\nHot pipes.\n```", "Steam"),
        ("> [!NOTE]\n> Hot pipes.", "Note"),
        ("> [!WARNING] Mind the steam\n> Hot pipes.", "Mind the steam"),
        ("> [!faq]- What is hot?\n> Hot pipes.", "What is hot?"),
        ("> **Note**\n> Hot pipes.", "Note"),
        ("> **Note**\n>\n> Hot pipes.", "Note"),
        ("> **Warning:** Hot pipes.", "Warning"),
    ],
)
def test_a_box_is_a_note_with_its_label(tmp_path: Path, written: str, label: str) -> None:
    assert notes_of(tmp_path, f"Wait.\n\n{written}\n\nGo on.") == [(label, "Hot pipes.")]


def test_boxes_stand_in_steps_and_in_each_other(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler

        ## Light it

        1. Open the valve.

           ::::warning

           Slowly.

           :::tip Or
           Use the wheel.
           :::

           ::::

           !!! note
               - one turn
               - two turns

        2. Press the button.

        :::danger
        Not twice.

        ```sh
        ::: no box
        ```
        :::

        Done.
        """,
    )
    assert_tree(
        parsed.guide.sections[0],
        [
            "1. 5-19 Open the valve.",
            "  note 7-15 Slowly.",
            "    note 11-13 Use the wheel.",
            "  note 17-19 ",
            "    bullet 18 one turn",
            "    bullet 19 two turns",
            "2. 21 Press the button.",
            "note 23-29 Not twice.",
            "  code 26-28 ::: no box",
            "paragraph 31 Done.",
        ],
    )


def test_a_box_that_is_never_closed_ends_before_the_next_heading(tmp_path: Path) -> None:
    parsed = read_markdown(tmp_path, "# T\n\n## A\n\n:::tip\nPush.\n\n## B\n\nPull.\n")
    first, second = parsed.guide.sections
    assert [b.full_text for b in first.blocks] == ["Push."]
    assert [b.text for b in second.blocks] == ["Pull."]


def test_a_box_of_an_unknown_name_is_what_is_in_it(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path, "# T\n\n## A\n\n::: columns\n\n## B\n\nPush.\n\n:::\n\nPull.\n"
    )
    assert [s.heading for s in parsed.guide.sections] == ["B"]
    assert [b.text for b in parsed.guide.sections[0].blocks] == ["Push.", "Pull."]


def test_what_opens_at_a_click_is_a_section_and_ends_with_itself(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler

        ## Questions

        Ask us.

        ??? question "Why is it *cold*?"
            1. Press the button.
            2. Wait.

            | Lamp | Means |
            | --- | --- |
            | red | off |

        ??? question "Why is it loud?"
            ```sh
            boiler --quiet
            ```

            ### In winter

            Close the flap.

        :::details How old is it?
        See the label.
        :::

        Or call 119.

        ## Other
        Text.
        """,
    )
    assert [(s.path, s.blocks[-1].text) for s in parsed.guide.sections] == [
        (("Questions",), "Or call 119."),
        (("Questions", "Why is it cold?"), "Lamp | Means\nred | off"),
        (("Questions", "Why is it loud?"), "boiler --quiet"),
        (("Questions", "Why is it loud?", "In winter"), "Close the flap."),
        (("Questions", "How old is it?"), "See the label."),
        (("Other",), "Text."),
    ]
    cold = parsed.guide.sections[1]
    assert str(cold.lines) == "7-13" and [b.number for b in cold.blocks] == [1, 2, None]


def test_what_opens_at_a_click_in_a_step_is_a_note(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        "# T\n\n## A\n\n1. Push.\n\n   :::details No effect?\n   Pull.\n   :::\n\n2. Wait.\n",
    )
    (section,) = parsed.guide.sections
    note: Block = section.blocks[0].children[0]
    assert (note.kind, note.label, note.text) == (BlockKind.NOTE, "No effect?", "Pull.")


def test_tabs_keep_their_titles_and_their_order(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler

        ## Update it

        1. Choose one:

           === "By cable"

               Plug it in.

           === "By air"

               Join its network.

        2. Wait.

        ::: tabs
        == Old
        Press A.
        == New
        Press B.
        :::
        """,
    )
    assert_tree(
        parsed.guide.sections[0],
        [
            "1. 5-13 Choose one:",
            "  paragraph 7 By cable",
            "  paragraph 9 Plug it in.",
            "  paragraph 11 By air",
            "  paragraph 13 Join its network.",
            "2. 15 Wait.",
            "paragraph 18 Old",
            "paragraph 19 Press A.",
            "paragraph 20 New",
            "paragraph 21 Press B.",
        ],
    )
