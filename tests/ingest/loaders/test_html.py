"""Web pages and what tools save as such: what a reader sees, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse_with_remarks
from ingest.parse.parsed import Parsed
from ingest.remark import RemarkKind
from kb.model import Block, BlockKind


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path / "page.html")


class Page:
    """Writes a page, and reads it as a guide."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def parsed(self, html: str) -> Parsed:
        self.path.write_text(f"<!doctype html><html>{html}</html>", "utf-8")
        return parse_with_remarks(load(read_source(self.path)))

    def blocks(self, content: str) -> list[Block]:
        """Return the blocks under the one heading of a page."""
        guide = self.parsed(f"<body><h1>Bikes</h1><h2>Care</h2>{content}</body>").guide
        (section,) = guide.sections
        return list(section.blocks)

    def texts(self, content: str) -> list[str]:
        return [block.text for block in self.blocks(content)]

    def sections(self, html: str) -> dict[str, list[str]]:
        guide = self.parsed(html).guide
        return {"/".join(s.path): [block.full_text for block in s.blocks] for s in guide.sections}


def rows(block: Block) -> list[str]:
    assert block.kind is BlockKind.TABLE
    return [" | ".join(row) for row in block.rows]


def test_merged_cells_stand_in_all_their_rows_and_columns(page: Page) -> None:
    caption, table = page.blocks(
        "<table><caption>Tyres</caption><tr><th rowspan=2>Wheel<th colspan=2>Pressure<tr><th>dry"
        "<th>wet<tr><td rowspan=0>Front<td>4<td>3<tr><td colspan=2>ask us</table>"
    )
    assert caption.text == "Tyres" and caption.spans[0].bold
    assert rows(table) == [
        "Wheel | Pressure / dry | Pressure / wet",
        "Front | 4 | 3",
        "Front | ask us | ask us",
    ]


def test_a_cell_is_one_line_whatever_is_in_it(page: Page) -> None:
    (table,) = page.blocks(
        "<table><tr><th>Part<th>Do<tr><td>a|b<br>c<td><ol><li>Pull<li>Turn</ol><tr><td><p>Red</p>"
        "<p>Blue</p><td><pre>x | y\nz</pre><tr><td><ul><li>one<li>two</ul>"
        "<td><table><tr><td>k<td>v<tr><td>m<td>n</table></table>"
    )
    assert rows(table) == [
        "Part | Do",
        "a|b c | 1. Pull 2. Turn",
        "Red / Blue | x | y z",
        "• one • two | k: v / m: n",
    ]


def test_a_table_that_only_places_things_is_what_is_in_it(page: Page) -> None:
    assert page.texts("<table><tr><td><p>Oil it.</p><ul><li>Chain</ul></table>") == [
        "Oil it.",
        "Chain",
    ]


@pytest.mark.parametrize(
    "words",
    ["# oil", "2026. It rained.", "+ x", "- x", "&gt; x", "=====", "| x |", "***", "~~~ x", "---"]
    + ["1. typed", "[x]: y", "!!! note", "&nbsp; &nbsp; code"],
)
def test_text_like_marks_is_text(page: Page, words: str) -> None:
    shown = words.replace("&gt;", ">").replace("&nbsp;", "").strip()
    first, _, second, third, item, table = page.blocks(
        f"<p>{words}</p><p>Then</p><div>{words}</div><p>Line<br>{words}</p><ul><li>{words}</li></ul>"
        f"<table><tr><th>A<th>B<tr><td>{words}<td><b>{words}</b></table>"
    )
    assert [first.text, second.text, item.text] == [shown] * 3
    assert third.text == f"Line {shown}"
    assert {each.kind for each in (first, second, third)} == {BlockKind.PARAGRAPH}
    assert rows(table)[1] == f"{shown} | {shown}"


def test_typed_numbers_stand_in_lines_of_their_own(page: Page) -> None:
    page.blocks("<p>1. Sit down<br>\n2. Pedal<br></p>")
    markdown = load(read_source(page.path)).markdown
    assert "1\\. Sit down\\\n2\\. Pedal\n" in markdown


def test_breaks_at_an_end_and_empty_paragraphs_are_nothing(page: Page) -> None:
    content = "<p>Pump.<br></p><p><br></p><p>&nbsp;</p><ul><li>Look<br><br></ul>"
    assert page.texts(f"{content}<p><b>a<br><br>b</b>") == ["Pump.", "Look", "a", "b"]


def test_short_meanings_are_bullets_and_long_ones_stand_below_their_term(page: Page) -> None:
    short = page.blocks("<dl><dt>Red<dd>Stop<dt>Green:<dd><p>Ride</p></dl>")
    assert [(each.kind, each.text) for each in short] == [
        (BlockKind.BULLET, "Red: Stop"),
        (BlockKind.BULLET, "Green: Ride"),
    ]
    term, *steps = page.blocks("<dl><dt>lock<dd><ol><li>Turn<li>Pull</ol></dl>")
    assert term.text == "lock" and term.spans[0].bold
    assert [(step.kind, step.number) for step in steps] == [
        (BlockKind.STEP, 1),
        (BlockKind.STEP, 2),
    ]


def test_questions_and_what_unfolds_are_sections(page: Page) -> None:
    assert page.sections(
        "<body><h1>Bikes</h1><dl><dt>Is it flat?<dd><p>Pump it.</p><ul><li>Slowly</ul></dl>"
        "<details><summary>Why is it loud?</summary><p>Oil it.</p></details><p>Ask us.</p>"
        "<ul class=toggle><li><details><summary>More</summary>Later.</details></li></ul></body>"
    ) == {
        "Is it flat?": ["Pump it.", "Slowly"],
        "Why is it loud?": ["Oil it."],
        "Bikes": ["Ask us."],
        "More": ["Later."],
    }


TABS = {
    "by id, in another order": (
        "<div role=tablist><button role=tab aria-controls=a>Linux</button>"
        "<button role=tab aria-controls=b>macOS</button></div>"
        "<div role=tabpanel id=a><p>apt</p></div><div role=tabpanel id=b hidden><p>brew</p></div>"
    ),
    "by order": (
        "<div><div role=tablist><a role=tab>Linux</a><a role=tab>macOS</a></div></div>"
        "<div role=tabpanel><p>apt</p></div><div role=tabpanel><p>brew</p></div>"
    ),
    "of MkDocs": (
        "<div class=tabbed-set><div class=tabbed-labels><label>Linux</label><label>macOS</label>"
        "</div><div class=tabbed-content><div class=tabbed-block><p>apt</p></div>"
        "<div class=tabbed-block><p>brew</p></div></div></div>"
    ),
    "of Sphinx": (
        "<div class=sd-tab-set><label class=sd-tab-label>Linux</label>"
        "<div class=sd-tab-content><p>apt</p></div><label class=sd-tab-label>macOS</label>"
        "<div class=sd-tab-content><p>brew</p></div></div>"
    ),
}


@pytest.mark.parametrize("tabs", TABS.values(), ids=TABS)
def test_what_a_tab_shows_is_under_its_name(page: Page, tabs: str) -> None:
    assert page.texts(tabs) == ["Linux:", "apt", "macOS:", "brew"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<button aria-controls=w aria-expanded=false>In winter</button>"
        "<div id=w hidden><p>Twice.</p></div>",
        "<div class=expand-container><div class=expand-control>"
        "<span class=expand-control-text>In winter</span></div>"
        "<div class=expand-content><p>Twice.</p></div></div>",
    ],
    ids=["a button", "Confluence's expander"],
)
def test_what_a_click_reveals_is_a_section(page: Page, hidden: str) -> None:
    body = f"<body><h1>Bikes</h1><h2>Care</h2><p>Oil it.</p>{hidden}</body>"
    assert page.sections(body) == {"Care": ["Oil it."], "Care/In winter": ["Twice."]}


def test_a_heading_that_is_a_button_is_a_heading(page: Page) -> None:
    assert page.sections(
        "<body><h1>Bikes</h1>"
        "<h2><button aria-controls=w aria-expanded=false>Care</button></h2>"
        "<div id=w hidden><p>Oil it.</p></div>"
        "<h2><button>Washing</button></h2><p>Use soap.</p>"
        "<h2>Storing <button>Copy link</button></h2><p>Keep it dry.</p></body>"
    ) == {"Care": ["Oil it."], "Washing": ["Use soap."], "Storing": ["Keep it dry."]}


def test_buttons_are_read_where_a_sentence_names_them(page: Page) -> None:
    content = "<p>Press <button>Save</button> now.</p><ul><li><button>Share</button></ul>"
    menu = "<nav><button aria-controls=m aria-expanded=false>Menu</button><p id=m>Home</p></nav>"
    assert page.texts(content + menu) == ["Press Save now."]


def test_what_unfolds_between_two_steps_does_not_part_them(page: Page) -> None:
    kinds = [
        block.kind
        for block in page.blocks(
            "<ol><li>Sit</ol><details><summary>Tall people</summary><p>Raise it.</p></details>"
            "<ol start=2><li>Ride</ol>"
        )
    ]
    assert kinds.count(BlockKind.STEP) == 2


def test_lists_that_follow_each_other_and_odd_ones(page: Page) -> None:
    blocks = page.blocks(
        "<ol><li>a</ol><ol start=2><li>b</ol><ol><li>c<li value=7>d</ol>"
        "<ul><li>e<ul><li>f</ul></li><ul><li>g</ul></ul>"
    )
    assert [(each.number, each.text) for each in blocks[:4]] == [
        (1, "a"),
        (2, "b"),
        (1, "c"),
        (7, "d"),
    ]
    assert [child.text for child in blocks[4].children] == ["f", "g"]


def test_inline_elements_read_as_they_look(page: Page) -> None:
    (text,) = page.texts(
        "<p><b>「鍵」</b>を<ruby>回<rp>(</rp><rt>まわ</rt><rp>)</rp></ruby>す。<b>a</b><b>b</b> "
        "<s>old</s><ins>new</ins> 10<sup>3</sup> H<sub>2</sub>O <q>hi</q> see<sup><a href=#f>2</a>"
        "</sup> so\u00adft ze\u200bro</p>"
    )
    assert text == "「鍵」を回す。ab new 10³ H2O “hi” see[2] soft zero"


def test_what_is_hidden_is_left_out_and_said(page: Page) -> None:
    parsed = page.parsed(
        "<head><style>.ja{display:none} @media print{.p{display:none}}</style></head><body>"
        "<h1>Bikes</h1><p class=p>Lock it.</p><p class=ja>隠れた文。</p><p hidden>gone</p>"
        "<p style='visibility:hidden'>never</p><div class=accordion-body style='display:none'>"
        "<p>Unfolds.</p></div></body>"
    )
    (section,) = parsed.guide.sections
    assert [block.text for block in section.blocks] == ["Lock it.", "Unfolds."]
    assert {remark.kind for remark in parsed.remarks} == {RemarkKind.LEFT_OUT}
    assert [word for word in ("隠れた文", "gone", "never") if word not in str(parsed.remarks)] == []


@pytest.mark.parametrize(
    ("said", "language"),
    [("en-GB", "en"), ("ja_JP", "ja"), ("xx", None), ("", None), ("english", None)],
)
def test_a_page_says_its_language(page: Page, said: str, language: str | None) -> None:
    page.path.write_text(
        f"<html lang='{said}'><body><p>Press ヘルプ to get help.</p></body></html>"
    )
    assert load(read_source(page.path)).language == language


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Flat tyres | Bike Club</title>", "Flat tyres"),
        ("<title>Flat tyres - Bike Club</title>", "Flat tyres"),
        ("<title>Ride - or walk</title>", "Ride - or walk"),
        ("<title>Untitled</title>", "page"),
    ],
)
def test_a_page_without_a_heading_is_called_as_its_head_says(
    page: Page, head: str, title: str
) -> None:
    body = "<body><header><a href=/>Bike Club</a></header><h2>Pump</h2><p>Pump it.</p></body>"
    assert page.parsed(f"<head>{head}</head>{body}").guide.info.title == title


def test_a_box_whose_label_stands_in_it_is_one_note(page: Page) -> None:
    (note,) = page.blocks(
        "\n<div class='alert alert-danger'>\n<strong>注意</strong> 熱いです。</div>"
    )
    assert (note.kind, note.label, note.text) == (BlockKind.NOTE, "注意", "熱いです。")
    assert note.lines.first <= note.lines.last


def test_a_wiki_export(page: Page) -> None:
    parsed = page.parsed(
        "<head><title>Club : Brakes</title></head><body><ol id=breadcrumbs><li><a href=/>Club</a>"
        "</ol><h1 class=pagetitle><span id=title-text>Club : Brakes</span></h1>"
        "<div id=main-content>"
        "<div class=page-metadata>Created by Ann</div><h1>Squeal</h1>"
        "<p>Clean the pads and the rim.</p>"
        "<div class='confluence-information-macro confluence-information-macro-note'>"
        "<p class=title>Hot</p><div class=confluence-information-macro-body>"
        "<p>Let it cool.</p></div>"
        "</div><div class='code panel'><div class=codeContent><pre data-syntaxhighlighter-params="
        "'brush: bash; gutter: false'>clean</pre></div></div><h1>Rub</h1>"
        "<p>Centre it.</p></div></body>"
    )
    guide = parsed.guide
    assert guide.info.title == "Brakes"
    assert [section.path for section in guide.sections] == [("Squeal",), ("Rub",)]
    words, note, code = guide.sections[0].blocks
    assert (note.kind, note.label, note.text) == (BlockKind.NOTE, "Note", "Hot: Let it cool.")
    assert code.info == "bash"


def test_an_office_export_with_comments(page: Page) -> None:
    parsed = page.parsed(
        "<head><style>.c1{font-weight:700}</style></head><body><p class=title>Bikes</p>"
        "<h1>Rent</h1>"
        "<ol class=lst-kix_a-0><li>Ask<sup><a href=#cmnt1 id=cmnt_ref1>[a]</a></sup></ol>"
        "<ul class=lst-kix_a-1><li><span class=c1>Politely</span></ul>"
        "<ol class=lst-kix_a-0 start=2>"
        "<li><a href='https://www.google.com/url?q=https://b.example/x&amp;sa=D'>Pay</a></ol>"
        "<h1>Return</h1><p>Lock it.</p><div><p><a href=#cmnt_ref1 id=cmnt1>[a]</a>true?"
        "</p></div></body>"
    )
    assert parsed.guide.info.title == "Bikes"
    first, second = parsed.guide.sections[0].blocks
    assert [first.text, first.children[0].text, second.text] == ["Ask", "Politely", "Pay"]
    assert first.children[0].spans[0].bold and second.spans[0].href == "https://b.example/x"
    assert [block.text for block in parsed.guide.sections[1].blocks] == ["Lock it."]
    assert "comments" in parsed.remarks[0].text


def test_lists_that_word_has_written(page: Page) -> None:
    item = "<p class=MsoListParagraph style='mso-list:l0 level{} lfo1'><![if !supportLists]>"
    sign = "<span style='mso-list:Ignore'>{}<span>&nbsp; </span></span><![endif]>{}<o:p></o:p></p>"
    first, second = page.blocks(
        (item + sign).format(1, "1.", "Lift")
        + (item + sign).format(2, "o", "With both hands")
        + (item + sign).format(1, "2.", "Turn")
    )
    assert [(first.number, first.text), (second.number, second.text)] == [(1, "Lift"), (2, "Turn")]
    assert [(c.kind, c.text) for c in first.children] == [(BlockKind.BULLET, "With both hands")]


def test_tabs_admonitions_and_buttons_of_documentation_sites(page: Page) -> None:
    blocks = page.blocks(
        "<ul role=tablist><li role=tab>City</li><li role=tab>Race</li></ul><div>"
        "<div role=tabpanel>"
        "<p>Slow.</p></div><div role=tabpanel hidden><p>Fast.</p></div></div>"
        "<div class='admonition danger'><p class=admonition-title>Mind the gap</p><p>Deep.</p>"
        "</div>"
        "<p>Press <button>Ride</button> now.</p><button>Copy</button><p>"
        "<a href=/e>Edit this page</a>"
    )
    assert [block.text for block in blocks] == [
        *("City:", "Slow.", "Race:", "Fast."),
        "Mind the gap: Deep.",
        "Press Ride now.",
    ]
    assert (blocks[4].kind, blocks[4].label) == (BlockKind.NOTE, "Danger")


@pytest.mark.parametrize(
    "tag", ["div", "ul><li", "blockquote", "dl><dt>x</dt><dd", "table><tr><td"]
)
def test_what_follows_elements_in_each_other_is_not_lost(page: Page, tag: str) -> None:
    depth = 1000 if tag == "div" else 200
    html = f"<body><h1>Bikes</h1><h2>Deep</h2>{f'<{tag}>a' * depth}inmost"
    ends = "".join(f"</{name.split('>')[0]}>" for name in reversed(tag.split("><")))
    sections = page.sections(f"{html}{ends * depth}<h2>After</h2><p>Ride on.</p></body>")
    assert sections["After"] == ["Ride on."]
    assert "inmost" in "".join(text for texts in sections.values() for text in texts)
