"""Word files: what a reader of them sees, and no more."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from ingest.remark import RemarkKind
from kb.model import Block, BlockKind

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = (
    f'xmlns:w="{WORD}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="urn:shape" xmlns:a="urn:drawing"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
HEADING_1 = """<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>
<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>"""


def word(tmp_path: Path, body: str, **parts: str) -> Document:
    """Return the document in a Word file with this body; other parts go by their names."""
    path = tmp_path / "guide.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>"
        )
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {NAMES}>{content}</w:{name}>")
    return load(read_source(path))


def p(text: str, properties: str = "", run: str = "") -> str:
    """Return a paragraph of one run, with the properties of both."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(text, run)}</w:p>"


def r(text: str, properties: str = "") -> str:
    """Return a run."""
    words = f'<w:t xml:space="preserve">{text}</w:t>'
    return f"<w:r><w:rPr>{properties}</w:rPr>{words}</w:r>"


def styled(style: str, text: str) -> str:
    """Return a paragraph of a style."""
    return p(text, f'<w:pStyle w:val="{style}"/>')


def item(text: str, level: int = 0, number: int = 1) -> str:
    """Return an item of a list."""
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def style(name: str, based_on: str = "", properties: str = "", kind: str = "paragraph") -> str:
    """Return a style whose id is its name."""
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    start = f'<w:style w:type="{kind}" w:styleId="{name}">'
    return f'{start}<w:name w:val="{name}"/>{base}{properties}</w:style>'


def levels(*shown: tuple[str, str], of: int = 1) -> str:
    """Return a list's definition, by the form and the text of each level."""
    inner = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/>'
        f'<w:pPr><w:ind w:left="{720 * (n + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
        for n, (form, text) in enumerate(shown)
    )
    definition = f'<w:abstractNum w:abstractNumId="{of}">{inner}</w:abstractNum>'
    return f'{definition}<w:num w:numId="{of}"><w:abstractNumId w:val="{of}"/></w:num>'


def table(*rows: str) -> str:
    """Return a table of rows, each given as its cells' XML."""
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(content: str, properties: str = "") -> str:
    """Return a cell; text alone becomes its paragraph."""
    inner = content if content.startswith("<") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def lines(document: Document) -> list[str]:
    """Return the lines of a document's Markdown that are not empty."""
    return [line for line in document.markdown.split("\n") if line.strip()]


def steps(document: Document) -> list[Block]:
    """Return the blocks of all sections."""
    return [block for section in parse(document).sections for block in section.blocks]


def flat(blocks: list[Block]) -> Iterator[tuple[BlockKind, int | None, str]]:
    """Yield blocks and those in them as their kind, number and text."""
    for block in blocks:
        yield block.kind, block.number, block.text
        yield from flat(list(block.children))


def test_headings_are_known_by_what_their_styles_are_based_on(tmp_path: Path) -> None:
    styles = (
        HEADING_1
        + style("Kapitel", "H1")
        + style("Unterkapitel", "Kapitel", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>')
        + style("Überschrift").replace('name w:val="Überschrift"', 'name w:val="heading 3"')
        + style("Kreis", "Ring")
        + style("Ring", "Kreis")
        + style("Fliess", "H1", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
    )
    body = (
        styled("Kapitel", "Ovens")
        + styled("Fliess", "They are hot.")
        + styled("Unterkapitel", "Cold ovens")
        + styled("Kreis", "Light it.")
        + p("Broken doors", '<w:outlineLvl w:val="2"/>')
        + p("Call us.")
        + styled("Überschrift", "Broken lamps")
    )
    assert lines(word(tmp_path, body, styles=styles)) == [
        "# Ovens",
        "They are hot.",
        "## Cold ovens",
        "Light it.",
        "### Broken doors",
        "Call us.",
        "### Broken lamps",
    ]


def test_a_title_over_two_lines_is_one(tmp_path: Path) -> None:
    styles = style("Title") + style("Deckblatt", "Title") + HEADING_1
    body = styled("Deckblatt", "Ovens") + styled("Title", "and stoves") + styled("H1", "Cold")
    body += p("Light it.") + styled("H1", "Hot") + p("Wait.")
    document = word(tmp_path, body, styles=styles)
    assert parse(document).info.title == "Ovens and stoves"
    assert [section.path for section in parse(document).sections] == [("Cold",), ("Hot",)]


def test_bold_of_styles_is_bold(tmp_path: Path) -> None:
    bold = "<w:rPr><w:b/></w:rPr>"
    styles = HEADING_1 + style("Loud", "", bold) + style("Word", "", bold, kind="character")
    styles += style("BigLoud", "Loud")
    red = r("red", '<w:rStyle w:val="Word"/>')
    body = (
        styled("H1", "Doors")
        + styled("BigLoud", "Stuck door")
        + f"<w:p>{r('Push the ')}{red}{r(' one.')}</w:p>"
        + p("Not so loud.", '<w:pStyle w:val="Loud"/>', '<w:b w:val="0"/>')
    )
    assert lines(word(tmp_path, body, styles=styles)) == [
        "# Doors",
        "**Stuck door**",
        "Push the **red** one.",
        "Not so loud.",
    ]


def test_hidden_and_deleted_text_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    styles = style("Secret", "", "<w:rPr><w:vanish/></w:rPr>")
    gone = '<w:del w:id="1"><w:r><w:delText>blue</w:delText></w:r></w:del>'
    deleted_end = '<w:rPr><w:del w:id="2"/></w:rPr>'
    body = (
        p("Push the bell.")
        + styled("Secret", "The key is under the mat.")
        + f"<w:p>{r('Use the ')}{gone}<w:ins w:id='3'>{r('red')}</w:ins>{r(' key')}"
        + f"{r(' from the safe', '<w:vanish/>')}{r('.')}</w:p>"
        + p("Turn it ", deleted_end)
        + p("twice.")
        + f'<w:p><w:moveFrom w:id="4">{r("Wait.")}</w:moveFrom></w:p>'
    )
    document = word(tmp_path, body, styles=styles)
    assert lines(document) == ["Push the bell.", "Use the red key.", "Turn it twice."]
    (remark,) = document.remarks
    assert (remark.line, remark.kind) == (2, RemarkKind.LEFT_OUT)
    assert "mat" not in remark.text


def test_deleted_items_do_not_count(tmp_path: Path) -> None:
    mark = '<w:rPr><w:del w:id="1"/></w:rPr>'
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    gone = f'<w:p><w:pPr>{numbered}{mark}</w:pPr><w:del w:id="2">{r("Run.")}</w:del></w:p>'
    hidden = f"<w:p><w:pPr>{numbered}</w:pPr>{r('Hide.', '<w:vanish/>')}</w:p>"
    body = item("Open.") + gone + hidden + item("Close.")
    document = word(tmp_path, body, numbering=levels(("decimal", "%1.")))
    assert lines(document) == ["1. Open.", "2. Close."]


BOX = f"<w:txbxContent>{p('Mind the step.')}{p('It is high.')}</w:txbxContent>"
SHAPE = f"<w:drawing><a:graphic><wps:txbx>{BOX}</wps:txbx></a:graphic></w:drawing>"
PICTURE = f"<w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict>"


@pytest.mark.parametrize(
    "drawn",
    [
        SHAPE,
        PICTURE,
        f"<mc:AlternateContent><mc:Choice>{SHAPE}</mc:Choice></mc:AlternateContent>",
        f"<mc:AlternateContent><mc:Choice>{SHAPE}</mc:Choice><mc:Fallback>{PICTURE}</mc:Fallback>"
        "</mc:AlternateContent>",
        f"<mc:AlternateContent><mc:Choice/><mc:Fallback>{PICTURE}</mc:Fallback>"
        "</mc:AlternateContent>",
    ],
)
def test_a_text_box_is_read_once_behind_its_paragraph(tmp_path: Path, drawn: str) -> None:
    body = f"<w:p><w:r>{drawn}</w:r>{r('Go in.')}</w:p>{p('Sit down.')}"
    said = ["Go in.", "Mind the step.", "It is high.", "Sit down."]
    assert lines(word(tmp_path, body)) == said


def test_a_text_box_at_a_step_belongs_to_it(tmp_path: Path) -> None:
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    body = f"<w:p>{numbered}{r('Go in.')}<w:r>{SHAPE}</w:r></w:p>" + item("Sit down.")
    first, second = steps(word(tmp_path, body, numbering=levels(("decimal", "%1."))))
    assert [child.text for child in first.children] == ["Mind the step.", "It is high."]
    assert second.number == 2


def test_merged_cells_say_what_they_say_in_every_row(tmp_path: Path) -> None:
    over, under = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    wide, whole = '<w:gridSpan w:val="2"/>', '<w:gridSpan w:val="3"/>'
    body = table(
        cell("Shift") + cell("Who") + cell("Desk"),
        cell("Early", over) + cell("Ann") + cell("1"),
        cell("<w:p/>", under) + cell("Ben") + cell("2"),
        cell("Late") + cell("nobody", wide),
        cell("Closed on Sundays", whole),
    )
    (found,) = steps(word(tmp_path, body))
    assert found.rows == (
        ("Shift", "Who", "Desk"),
        ("Early", "Ann", "1"),
        ("Early", "Ben", "2"),
        ("Late", "nobody", "nobody"),
        ("Closed on Sundays", "", ""),
    )


def test_a_table_in_a_cell_keeps_its_words(tmp_path: Path) -> None:
    inner = table(cell("fuse") + cell("5 A"), cell("lamp") + cell("40 W"))
    body = table(cell("Part") + cell("Kind"), cell("Oven") + cell(p("See:") + inner + p("")))
    (found,) = steps(word(tmp_path, body))
    assert found.rows[1][0] == "Oven"
    assert re.sub(r"\s+", " ", found.rows[1][1]) == "See: fuse, 5 A; lamp, 40 W"


def test_lists_in_cells_keep_their_numbers(tmp_path: Path) -> None:
    listed = item("Leave.") + item("Shut the door.") + item("Run.", 1)
    body = table(cell("When") + cell("What"), cell("Fire") + cell(listed))
    shown = levels(("decimal", "%1."), ("lowerLetter", "(%2)"))
    (found,) = steps(word(tmp_path, body, numbering=shown))
    assert re.sub(r"\s+", " ", found.rows[1][1]) == "1. Leave. 2. Shut the door. (a) Run."


def test_a_frame_of_one_cell_is_no_table(tmp_path: Path) -> None:
    mono = '<w:rFonts w:ascii="Consolas"/>'
    body = p("Type:") + table(cell(p("oven --on", run=mono) + p("  --hot", run=mono)))
    _, code = steps(word(tmp_path, body))
    assert (code.kind, code.text) == (BlockKind.CODE, "oven --on\n  --hot")


def test_what_is_set_in_a_monospaced_font_is_code(tmp_path: Path) -> None:
    mono = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/>'
    styles = style("Typed", "", '<w:rPr><w:rFonts w:ascii="Own"/></w:rPr>')
    fonts = '<w:font w:name="Own"><w:pitch w:val="fixed"/></w:font>'
    fonts += '<w:font w:name="Kanji"><w:charset w:val="80"/><w:pitch w:val="fixed"/></w:font>'
    body = (
        item("Stop the oven:")
        + p("# mind the door", run=mono)
        + p("oven stop \\", run=mono)
        + p("")
        + styled("Typed", "    --now")
        + item("Wait.")
        + f"<w:p>{r('Then run ')}{r('oven start', mono)}{r(' again.')}</w:p>"
        + p("Hot.", run='<w:rFonts w:ascii="Kanji"/>')
    )
    document = word(
        tmp_path, body, styles=styles, fontTable=fonts, numbering=levels(("decimal", "%1."))
    )
    first, second, words, last = steps(document)
    (code,) = first.children
    assert (code.kind, code.text) == (
        BlockKind.CODE,
        "# mind the door\noven stop \\\n\n    --now",
    )
    assert (second.number, last.kind) == (2, BlockKind.PARAGRAPH)
    assert [span.text for span in words.spans if span.code] == ["oven start"]


def test_a_document_in_a_monospaced_font_is_not_code(tmp_path: Path) -> None:
    typed = '<w:rFonts w:ascii="Courier New"/>'
    styles = f"<w:docDefaults><w:rPrDefault><w:rPr>{typed}</w:rPr></w:rPrDefault></w:docDefaults>"
    (block,) = steps(word(tmp_path, p("Turn it off."), styles=styles))
    assert block.kind is BlockKind.PARAGRAPH


def test_numbers_of_headings_are_shown(tmp_path: Path) -> None:
    def numbered(name: str, level: int) -> str:
        listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        said = f'<w:pPr>{listed}<w:outlineLvl w:val="{level}"/></w:pPr>'
        return style(name, "", said)

    shown = levels(("decimal", "%1"), ("decimal", "%1.%2"), ("upperRoman", "%1.%2-%3"))
    body = (
        styled("One", "Ovens")
        + styled("Two", "Cold")
        + p("See 2.1.")
        + styled("Two", "Hot")
        + p("Wait.")
        + styled("One", "Doors")
        + styled("Two", "Stuck")
        + styled("Three", "Old ones")
        + p("Push.")
    )
    styles = numbered("One", 0) + numbered("Two", 1) + numbered("Three", 2)
    assert [x for x in lines(word(tmp_path, body, styles=styles, numbering=shown)) if "#" in x] == [
        "# 1 Ovens",
        "## 1.1 Cold",
        "## 1.2 Hot",
        "# 2 Doors",
        "## 2.1 Stuck",
        "### 2.1-I Old ones",
    ]


@pytest.mark.parametrize(
    ("form", "text"),
    [("lowerLetter", "(%1)"), ("lowerRoman", "%1)"), ("decimalEnclosedCircle", "%1")],
)
def test_items_are_steps_in_whatever_form_their_numbers_are(
    tmp_path: Path, form: str, text: str
) -> None:
    document = word(tmp_path, item("Open.") + item("Shut."), numbering=levels((form, text)))
    kinds = [(block.kind, block.number) for block in steps(document)]
    assert kinds == [(BlockKind.STEP, 1), (BlockKind.STEP, 2)]


def test_items_of_another_list_that_stand_further_in_are_under_the_step(tmp_path: Path) -> None:
    bullets = levels(("bullet", "•"), of=2).replace('w:left="720"', 'w:left="1440"')
    number = levels(("decimal", "%1."))
    split = re.findall(r"<w:abstractNum .*?</w:abstractNum>|<w:num .*?</w:num>", number + bullets)
    numbering = "".join(sorted(split))
    body = item("Open.") + item("the left door", number=2) + item("Shut.")
    document = word(tmp_path, body, numbering=numbering)
    assert list(flat(steps(document))) == [
        (BlockKind.STEP, 1, "Open."),
        (BlockKind.BULLET, None, "the left door"),
        (BlockKind.STEP, 2, "Shut."),
    ]


def test_words_under_an_item_are_of_the_item_that_they_stand_under(tmp_path: Path) -> None:
    shown = levels(("decimal", "%1."), ("lowerLetter", "%2)"))
    far, near = '<w:ind w:left="1440"/>', '<w:ind w:left="720"/>'
    body = item("Open.") + item("Left.", 1) + p("Gently.", far) + p("Look.", near)
    document = word(tmp_path, body + p("Again.", far) + item("Shut."), numbering=shown)
    first, second = steps(document)
    (left, *rest) = first.children
    assert [child.text for child in left.children] == ["Gently."]
    assert [block.text for block in rest] == ["Look.", "Again."]
    assert second.number == 2


def test_a_chart_is_said_to_be_unread(tmp_path: Path) -> None:
    chart = '<w:r><w:drawing><a:graphicData uri="http://a.example/chart"/></w:drawing></w:r>'
    document = word(tmp_path, p("Sales:") + f"<w:p>{chart}</w:p>")
    assert [(x.line, x.kind) for x in document.remarks] == [(2, RemarkKind.UNREAD)]


def test_deep_lists_keep_their_words(tmp_path: Path) -> None:
    shown = levels(*[("decimal", f"%{n}.") for n in range(1, 10)])
    body = "".join(item(f"Depth {n}.", n) for n in range(9)) + item("End.")
    document = word(tmp_path, body, numbering=shown)
    words = [text for _, _, text in flat(steps(document))]
    assert words == [f"Depth {n}." for n in range(9)] + ["End."]
    assert [block.number for block in steps(document)] == [1, 2]


def test_notes_stand_where_they_are_for(tmp_path: Path) -> None:
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    body = f"<w:p>{numbered}{r('Push')}{note}{r(' the bell.')}</w:p>" + item("Wait.")
    document = word(
        tmp_path,
        body,
        numbering=levels(("decimal", "%1.")),
        footnotes=f'<w:footnote w:id="2">{p(" Only by day.")}</w:footnote>',
    )
    assert lines(document) == ["1. Push the bell. (Only by day.)", "2. Wait."]


def mark(kind: str) -> str:
    """Return a field's begin, separate or end."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def complex_field(instruction: str, shown: str) -> str:
    """Return a field and what it shows."""
    said = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return f"{mark('begin')}{said}{mark('separate')}{shown}{mark('end')}"


def test_fields_show_their_results_and_contents_are_left_out(tmp_path: Path) -> None:
    inside = complex_field("REF x", r("never"))
    body = (
        f"<w:p>{complex_field('TOC', r('Ovens 3'))}</w:p>"
        + f"<w:p>{r('See ')}<w:fldSimple w:instr='REF a'>{r('part 2')}</w:fldSimple>"
        + f"{complex_field(' PAGEREF a ', r(' on page four'))}{r('.')}</w:p>"
        + f"<w:p>{mark('begin')}{inside}{mark('separate')}{r('Shut it.')}{mark('end')}</w:p>"
        + f"<w:p>{complex_field('HYPERLINK https://a.example/x', r('Our page'))}</w:p>"
    )
    document = word(tmp_path, body)
    assert lines(document) == [
        "See part 2 on page four.",
        "Shut it.",
        "[Our page](https://a.example/x)",
    ]
    assert [(x.line, x.kind) for x in document.remarks] == [(1, RemarkKind.LEFT_OUT)]


def test_a_field_without_an_end_loses_nothing(tmp_path: Path) -> None:
    begun = f"{mark('begin')}<w:r><w:instrText>TOC</w:instrText></w:r>{mark('separate')}"
    body = f"<w:p>{begun}{r('Ovens')}</w:p>{p('Light it.')}"
    assert lines(word(tmp_path, body)) == ["Ovens", "Light it."]


def test_signs_hyphens_and_wrappers(tmp_path: Path) -> None:
    arrow = '<w:r><w:sym w:font="Wingdings" w:char="F0E0"/></w:r>'
    typed = r("\uf0b7", '<w:rFonts w:ascii="Symbol"/>')
    hyphens = (
        "<w:r><w:t>co</w:t><w:softHyphen/><w:t>op e</w:t><w:noBreakHyphen/><w:t>mail</w:t></w:r>"
    )
    control = f"<w:sdt><w:sdtContent>{r(' in')}</w:sdtContent></w:sdt>"
    reading = (
        "<w:r><w:ruby><w:rt><w:r><w:t>そうむ</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>総務</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )
    body = (
        f"<w:p>{r('File ')}{arrow}{r(' Save')}</w:p>"
        + f"<w:p>{typed}{r(' bread')}</w:p>"
        + f"<w:p>{hyphens}</w:p>"
        + f"<w:p><w:smartTag>{r('Come')}</w:smartTag><w:bdo>{control}</w:bdo>{r('.')}</w:p>"
        + f"<w:p>{reading}</w:p>"
        + "<w:p><m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num>"
        + "<m:den><m:r><m:t>b</m:t></m:r></m:den></m:f></m:oMath></w:p>"
    )
    said = ["File → Save", "• bread", "coop e-mail", "Come in.", "総務", "a/b"]
    assert lines(word(tmp_path, body)) == said


@pytest.mark.parametrize(
    "document",
    [
        f"<w:document {NAMES}><w:body>",
        f"<w:document {NAMES}/>",
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        f"<w:document {NAMES}><w:body>{p('&b;')}</w:body></w:document>",
        f"<w:document {NAMES}><w:body>{'<w:p><w:r>' * 3000}{'</w:r></w:p>' * 3000}"
        "</w:body></w:document>",
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, document: str) -> None:
    path = tmp_path / "guide.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", document)
    with pytest.raises(SourceError, match=r"guide\.docx: is not a Word document"):
        load(read_source(path))
