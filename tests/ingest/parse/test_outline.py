from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.model import BlockKind, Guide
from tests.conftest import REAL_ENGLISH, needs_real_guides
from tests.tree import assert_tree


def guide_of(markdown: str, name: str = "guide.en.md") -> Guide:
    return parse(Document(name, name, "0" * 64, dedent(markdown).lstrip("\n")))


@needs_real_guides
def test_real_page_sections_and_anchors() -> None:
    guide = parse(load(read_source(REAL_ENGLISH / "troubleshoot_general.md")))
    assert guide.info.title == "Troubleshooting general IAM issues"
    assert [section.anchor for section in guide.sections] == [
        "troubleshoot_general_cant-sign-in",
        "troubleshoot_general_access-keys",
        "troubleshoot_general_access-denied-service",
        "troubleshoot_general_access-denied-temp-creds",
        "troubleshoot_general_policy-variables-dont-work",
        "troubleshoot_general_eventual-consistency",
        "troubleshoot_general_access-denied-delete-mfa",
    ]
    assert guide.sections[4].heading == "Policy variables aren't working"


@needs_real_guides
def test_real_page_procedure() -> None:
    guide = parse(load(read_source(REAL_ENGLISH / "troubleshoot_general.md")))
    assert_tree(
        guide.sections[6],
        [
            "paragraph 77 You might",
            "code 79-81 User: arn:aws:iam::123456789012:user/Diego is not",
            "paragraph 83 This could",
            "paragraph 85 AWS recommends",
            "paragraph 87 To fix",
            "caption 89 To delete an existing",
            "1. 91-93 View the",
            "  bullet 92 AWS CLI: aws iam list-virtual-mfa-devices",
            "  bullet 93 AWS API: ListVirtualMFADevices",
            "2. 95 In the response",
            "3. 97-99 Delete the device.",
            "  bullet 98 AWS CLI: aws iam delete-virtual-mfa-device",
            "  bullet 99 AWS API: DeleteVirtualMFADevice",
        ],
    )
    link = guide.sections[6].blocks[6].children[0].spans[-1]
    assert link.href and link.href.endswith("list-virtual-mfa-devices.html")


@needs_real_guides
def test_every_real_page_parses_with_lines_in_order() -> None:
    for path in sorted(REAL_ENGLISH.glob("*.md")):
        guide = parse(load(read_source(path)))
        count = len(path.read_text("utf-8").split("\n"))
        for section in guide.sections:
            firsts = [block.lines.first for block in section.blocks]
            assert firsts == sorted(firsts), section.anchor
            assert all(1 <= b.lines.first <= b.lines.last <= count for b in section.blocks)
        anchors = [section.anchor for section in guide.sections]
        assert len(set(anchors)) == len(anchors)


def test_blocks_of_every_kind() -> None:
    guide = guide_of(
        r"""
        # Door

        ## It does not open<a name="stuck"></a>

        The **red** lamp is on\. See [the map](https://example.com/map) and `door --state`\.

        **To open it**

        1. Turn the key\.

           ```sh
           door open
           ```

        1. Push\.
           + left
             + hard
           + right

        | Lamp | Means |
        | --- | --- |
        | red | shut |

        **Note**
        Only on weekdays\.

        > [!WARNING]
        > Mind the cat\.

        **More**
        + [Keys](keys.md)
        + [Locks](locks.md)
        """
    )
    (section,) = guide.sections
    assert section.anchor == "stuck"
    assert_tree(
        section,
        [
            "paragraph 5 The red lamp is on. See the map and door --state.",
            "caption 7 To open it",
            "1. 9-13 Turn the key.",
            "  code 11-13 door open",
            "2. 15-18 Push.",
            "  bullet 16-17 left",
            "    bullet 17 hard",
            "  bullet 18 right",
            "table 20-22 Lamp | Means\nred | shut",
            "note 24-25 Only on weekdays.",
            "note 27-28 Mind the cat.",
            "paragraph 30 More",
            "links 31-32",
            "  bullet 31 Keys",
            "  bullet 32 Locks",
        ],
    )
    first = section.blocks[0].spans
    assert [(s.text, s.bold, s.code, s.href) for s in first] == [
        ("The ", False, False, None),
        ("red", True, False, None),
        (" lamp is on. See ", False, False, None),
        ("the map", False, False, "https://example.com/map"),
        (" and ", False, False, None),
        ("door --state", False, True, None),
        (".", False, False, None),
    ]
    assert section.blocks[2].children[0].info == "sh"
    assert section.blocks[5].label == "Note"
    assert section.blocks[6].label == "Warning"


def test_a_note_that_follows_a_list_item_lazily() -> None:
    guide = guide_of("# T\n\n## H\n+ Do this\\.\n**Note**  \nBut not that\\.\n")
    assert_tree(guide.sections[0], ["bullet 4-6 Do this.", "  note 5-6 But not that."])


def test_front_matter_names_the_guide() -> None:
    guide = guide_of(
        """
        ---
        id: doors
        title: All about doors
        language: ja
        url: https://example.com/doors
        layout: page
        ---
        # Something else

        ## 開かない

        鍵を回します。
        """
    )
    assert (guide.info.id, guide.info.title, guide.info.language) == (
        "doors",
        "All about doors",
        "ja",
    )
    assert guide.sections[0].url == "https://example.com/doors#開かない"
    assert guide.sections[0].blocks[0].lines.first == 12


@pytest.mark.parametrize(
    ("matter", "named"),
    [
        ("language: japanese", "language"),
        ("id: 'a b'", "id"),
        ("title: [", "line 2"),
        ("url: not-a-url", "url"),
        ("- a", "keys and values"),
    ],
)
def test_wrong_front_matter_is_named(matter: str, named: str) -> None:
    with pytest.raises(SourceError, match=named):
        guide_of(f"---\n{matter}\n---\n# T\n\ntext\n")


def test_edition_language_comes_from_the_file_name_or_the_text() -> None:
    text = "# T\n\nキーを削除してください。\n"
    assert guide_of(text, "keys.md").info.language == "ja"
    edition = guide_of("# T\n\nDelete the key and wait for a minute.\n", "keys.ja.md")
    assert (edition.info.id, edition.info.language) == ("keys", "ja")
    assert guide_of(text, "sign-in.md").info.id == "sign-in"


def test_anchors_stay_when_other_sections_change() -> None:
    before = guide_of("# T\n\n## A\n\na\n\n### Fix\n\nx\n\n## B\n\nb\n\n### Fix\n\ny\n")
    after = guide_of("# T\n\n## New\n\nn\n\n### Fix\n\nz\n\n## B\n\nb\n\n### Fix\n\ny\n")
    anchors = {s.path: s.anchor for s in before.sections}
    for section in after.sections:
        if section.path in anchors:
            assert section.anchor == anchors[section.path]
    assert len({s.anchor for s in after.sections}) == 4


def test_japanese_lines_are_joined_without_a_space() -> None:
    guide = guide_of("# T\n\nキーを\n削除します。\nAWS\nの画面です。\nTwo\nwords\n")
    text = guide.sections[0].blocks[0].text
    assert text == "キーを削除します。 AWS の画面です。 Two words"


def test_an_introduction_is_no_section_but_a_page_without_headings_is() -> None:
    with_sections = guide_of("# T\n\nAbout doors.\n\n## H\n\nPush.\n")
    assert [s.heading for s in with_sections.sections] == ["H"]
    alone = guide_of("# T\n\nPush the door.\n")
    assert [s.heading for s in alone.sections] == ["T"]


def test_contents_lists_are_left_out() -> None:
    guide = guide_of(
        "# T\n\n**Topics**\n+ [H](#h)\n  + [I](#i)\n\n## H\n\nPush.\n\n## I\n\nPull.\n"
    )
    assert [s.heading for s in guide.sections] == ["H", "I"]
    assert all(b.kind is not BlockKind.LINKS for s in guide.sections for b in s.blocks)


def test_html_comments_are_not_text() -> None:
    guide = guide_of("# T\n\n<!-- secret -->\n\n<p>Shown <b>here</b></p>\n")
    assert [b.text for b in guide.sections[0].blocks] == ["Shown here"]


def test_crlf_file_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "g.md"
    path.write_bytes(b"\xef\xbb\xbf# T\r\n\r\n## H\r\n\r\nPush.\r\n")
    assert_tree(parse(load(read_source(path))).sections[0], ["paragraph 5 Push."])


def test_chapters_are_part_of_the_path() -> None:
    guide = guide_of("# Install\n\n## Windows\n\na\n\n# Remove\n\n## Windows\n\nb\n")
    assert [s.path for s in guide.sections] == [("Install", "Windows"), ("Remove", "Windows")]
    assert [s.anchor for s in guide.sections] == ["install/windows", "remove/windows"]


def test_deep_lists_do_not_cut_the_guide_off() -> None:
    deep = "\n".join(f"{'  ' * depth}- level {depth}" for depth in range(25))
    guide = guide_of(f"# T\n\n## A\n\n{deep}\n\n## B\n\nPush.\n")
    assert [s.heading for s in guide.sections] == ["A", "B"]
    assert "level 24" in guide.sections[0].blocks[0].full_text


def test_steps_that_are_links_are_steps() -> None:
    guide = guide_of("# T\n\n## A\n\n1. [Open](https://a.example)\n2. [Save](https://b.example)\n")
    assert_tree(guide.sections[0], ["1. 5 Open", "2. 6 Save"])


def test_headings_in_quotes_and_hidden_html() -> None:
    guide = guide_of("# T\n\n> ## Careful\n> Hot.\n\n<style>a{b}</style>\n\n<p>if x <y</p>\n")
    text = "\n".join(block.full_text for block in guide.sections[0].blocks)
    assert "Careful" in text and "Hot." in text and "a{b}" not in text


def test_a_code_span_over_two_lines_keeps_the_lines() -> None:
    guide = guide_of("# T\n\n## A\n\nRun `a\nb` now.\n\nThen c.\n")
    assert [str(block.lines) for block in guide.sections[0].blocks] == ["5-6", "8"]


def test_a_date_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "g.md"
    path.write_text("---\ndate: 2024-02-30\n---\n# T\n\nPush.\n")
    with pytest.raises(SourceError, match=r"g\.md: front matter is not YAML: day is out of range"):
        parse(load(read_source(path)))
