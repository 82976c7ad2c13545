"""What a reader sees on the pages of a PDF: columns, headings, writing in other directions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.document import Document
from ingest.errors import SourceError
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from ingest.remark import RemarkKind
from kb.model import BlockKind, Guide
from tests.ingest.loaders.test_formats import pdf_of

Text = tuple[float, float, str]
"""Where some words stand, from the page's top left, and the words."""

FONTS = {
    "F": "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    "B": "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    "M": "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    "Z": "<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>",
    "J": "<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /UniJIS-UCS2-H "
    "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 /DW 1000 "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> >>] >>",
    "H": "<< /Type /Font /Subtype /Type1 /BaseFont /Sample /ToUnicode 3 0 R "
    f"/FirstChar 32 /LastChar 90 /Widths [{'500 ' * 59}] >>",
}
HEBREW = (
    "begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
    "2 beginbfrange <41> <5a> <05d0> <20> <40> <0020> endbfrange endcmap"
)
PICTURE = "q 500 0 0 800 40 20 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x01 EI Q"


def words(x: float, y: float, text: str, font: str = "F", size: float = 10) -> str:
    """Return the drawing of some words; "\\177" and the like stand for themselves."""
    if font == "J":
        shown = f"<{text.encode('utf-16-be').hex()}>"
    else:
        shown = "(" + text.replace("(", r"\(").replace(")", r"\)") + ")"
    return f"BT /{font} {size} Tf {x} {842 - y} Td {shown} Tj ET"


def lines(x: float, y: float, *texts: str, step: float = 13) -> list[str]:
    """Return the drawing of lines, one below the other."""
    return [words(x, y + n * step, text) for n, text in enumerate(texts)]


def load_pages(folder: Path, *pages: Sequence[str]) -> Document:
    """Return what is read of a PDF of such pages."""
    fonts = " ".join(f"/{name} {font}" for name, font in FONTS.items())
    first = 4
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        f"<< /Length {len(HEBREW)} >>\nstream\n{HEBREW}\nendstream",
    ]
    for n, drawn in enumerate(pages):
        content = "\n".join(drawn)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * n + 1} "
            f"0 R /Resources << /Font << {fonts} >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    path = folder / "guide.pdf"
    path.write_bytes(pdf_of(*objects))
    return load(read_source(path))


def guide_of(folder: Path, *pages: Sequence[str]) -> Guide:
    return parse(load_pages(folder, *pages))


LEFT = (
    "1. Switch the lamp off at the wall.",
    "2. Let the bulb cool for as long as",
    "the timer on the box says.",
    "3. Turn the bulb to the left until",
    "it comes out.",
    "4. Put the old bulb into the box",
    "of the new one.",
)
RIGHT = (
    "Ask the caretaker for a ladder that",
    "is long enough. Never stand on a",
    "chair, since chairs slip. Two people",
    "are needed for lamps in the hall.",
    "Write the date on the list beside",
    "the door when you are done, so that",
    "the next person knows it.",
)


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    guide = guide_of(
        tmp_path,
        [
            words(60, 60, "Lamps and who may change them in this house of ours", "B", 20),
            words(60, 90, "Change a bulb", "B", 14),
            *lines(60, 110, *LEFT),
            words(320, 90, "Get help", "B", 14),
            *lines(320, 110, *RIGHT),
            words(60, 240, "What stands below both columns goes from one edge to the other one."),
            words(60, 253, "It is read last, and it is a paragraph of the section before it."),
        ],
    )
    bulb, help_ = guide.sections
    assert [block.number for block in bulb.blocks] == [1, 2, 3, 4]
    assert bulb.blocks[1].text == "Let the bulb cool for as long as the timer on the box says."
    assert help_.heading == "Get help"
    assert help_.blocks[0].text == " ".join(RIGHT)
    assert help_.blocks[-1].text.startswith("What stands below both columns")


def test_a_list_goes_on_in_the_next_column(tmp_path: Path) -> None:
    (section,) = guide_of(
        tmp_path,
        [
            words(60, 90, "Change a bulb", "B", 14),
            *lines(60, 110, *LEFT),
            *lines(330, 93, "5. Write the date on the list", "that hangs beside the door, so"),
            *lines(330, 119, "that the next person knows it.", "6. Take the box to the yard,"),
            *lines(330, 145, "where the caretaker collects", "old lamps on Mondays."),
        ],
    ).sections
    assert [block.number for block in section.blocks] == [1, 2, 3, 4, 5, 6]
    assert section.blocks[-1].text.endswith("collects old lamps on Mondays.")


def test_three_columns_whose_lines_do_not_stand_beside_each_other(tmp_path: Path) -> None:
    texts = [
        ("Alpha begins the first", "column and goes on for", "some lines that end with", "one."),
        ("Beta begins the second", "column and goes on for", "some lines that end with", "two."),
        ("Gamma begins the third", "column and goes on for", "some lines that end with", "three."),
    ]
    drawn = [
        drawing
        for n, column in enumerate(texts)
        for drawing in lines(50 + 180 * n, 100 + 5 * n, *column)
    ]
    text = " ".join(load_pages(tmp_path, drawn).markdown.split())
    assert text == " ".join(" ".join(column) for column in texts)


@pytest.mark.parametrize(
    "rows",
    [
        [("Name", "Where it stands"), ("Red box", "In the hall"), ("Blue box", "In the yard")],
        [("Owner:", "The caretaker"), ("Phone:", "555 0100"), ("Room:", "Left of the door")],
        [("Lamp is dark", "Change the bulb"), ("Lamp flickers", "Turn the bulb"), ("Hot", "Wait")],
    ],
)
def test_rows_of_labels_or_cells_are_no_columns(
    tmp_path: Path, rows: list[tuple[str, str]]
) -> None:
    drawn = [
        drawing
        for n, (left, right) in enumerate(rows * 2)
        for drawing in (words(60, 100 + 13 * n, left), words(250, 100 + 13 * n, right))
    ]
    text = load_pages(tmp_path, drawn).markdown
    assert all(f"{left} {right}" in " ".join(text.split()) for left, right in rows)


def test_code_with_wide_gaps_is_no_columns(tmp_path: Path) -> None:
    code = ["lamp on      # when it is dark", "lamp off     # when you go home", "lamp dim"]
    drawn = [words(60, 100 + 13 * n, text, "M") for n, text in enumerate(code * 2)]
    (section,) = guide_of(tmp_path, [words(60, 80, "Lamps", "B", 14), *drawn]).sections
    assert section.blocks[0].text == "\n".join(code * 2)


def test_words_parted_at_line_ends(tmp_path: Path) -> None:
    text = load_pages(
        tmp_path,
        lines(
            60,
            100,
            "Open the con-",
            "figuration and send an e-",
            "mail. A well-",
            "known way is the self-test. Use the two-",
            "way lamp, the light-",
            "weight one: the two-way kind, the lightweight kind. In- and out-",
            "put are the same. The address is lamp-",
            "A7, or a/b-",
            "c.",
        ),
    ).markdown
    text = " ".join(text.split())
    assert "configuration and send an e-mail. A well-known way" in text
    assert "two-way lamp, the lightweight one" in text
    assert "In- and output are" in text
    assert "lamp-A7, or a/b-c." in text


def test_signs_that_the_file_does_not_name(tmp_path: Path) -> None:
    document = load_pages(
        tmp_path,
        [
            words(60, 100, r"\177 Take the ladder."),
            words(60, 113, "l", "Z"),
            words(72, 113, "Turn the bulb."),
            words(60, 140, r"The bulb \177 is hot."),
        ],
    )
    blocks = parse(document).sections[0].blocks
    assert [block.kind for block in blocks[:2]] == [BlockKind.BULLET] * 2
    assert [block.text for block in blocks[:2]] == ["Take the ladder.", "Turn the bulb."]
    assert "cid" not in document.markdown and "The bulb is hot." in document.markdown
    (remark,) = document.remarks
    assert (remark.line, remark.kind) == (1, RemarkKind.LEFT_OUT)


def test_a_number_at_the_start_of_a_wrapped_line_is_no_step(tmp_path: Path) -> None:
    (section,) = guide_of(
        tmp_path,
        [
            words(60, 80, "Loads", "B", 14),
            *lines(60, 100, "The lift takes a load of about", "2. 5 tons at most."),
            *lines(60, 150, "1. Weigh the load.", "2. Call the lift."),
        ],
    ).sections
    assert section.blocks[0].text == "The lift takes a load of about 2. 5 tons at most."
    assert [block.number for block in section.blocks] == [None, 1, 2]


def test_pages_that_are_pictures_are_named(tmp_path: Path) -> None:
    foot = words(60, 820, "House rules", size=8)
    text = [words(60, 90, "Lamps", "B", 14), *lines(60, 110, "Turn them off.")]
    document = load_pages(tmp_path, [PICTURE, foot], [PICTURE], text, [PICTURE])
    unread = [each for each in document.remarks if each.kind is RemarkKind.UNREAD]
    assert [each.line for each in unread] == [1, 4]
    assert unread[0].text.startswith("pages 1 to 2 are pictures")
    assert unread[1].text.startswith("page 4 is a picture")
    assert document.markdown.split() == ["#", "Lamps", "Turn", "them", "off."]


def test_pictures_with_a_running_foot_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="only pictures"):
        load_pages(tmp_path, [PICTURE, words(60, 820, "House rules", size=8)])


def test_a_page_that_cannot_be_read_does_not_cost_the_others(tmp_path: Path) -> None:
    document = load_pages(tmp_path, lines(60, 100, "Turn them off."), ["BT /F 10 Tf"])
    path = tmp_path / "guide.pdf"
    data = path.read_bytes()
    second = data.rindex(b"/MediaBox [0 0 595 842]")
    path.write_bytes(data[:second] + b"/MediaBox [0 0 (x) 842]" + data[second + 23 :])
    document = load(read_source(path))
    assert "Turn them off." in document.markdown
    assert [(each.line, each.kind) for each in document.remarks] == [(2, RemarkKind.UNREAD)]


def test_headings_in_bold_no_larger_than_the_text(tmp_path: Path) -> None:
    guide = guide_of(
        tmp_path,
        [
            words(60, 80, "Replace a lamp", "B"),
            *lines(60, 96, "Take the old one out. Put the new", "one in."),
            words(60, 140, "Clean a lamp", "B"),
            *lines(60, 156, "Use a dry cloth. Do not use water", "or soap."),
        ],
    )
    assert [section.heading for section in guide.sections] == ["Replace a lamp", "Clean a lamp"]


def test_numbered_headings_no_larger_than_the_text(tmp_path: Path) -> None:
    body = ("Lamps are tested each year, and who", "tests them writes it down.")
    drawn: list[str] = []
    for n, heading in enumerate(["2.1 Hall lamps", "2.2 Yard lamps", "2.3 Desk lamps"]):
        drawn += [words(60, 100 + 80 * n, heading), *lines(60, 122 + 80 * n, *body)]
    guide = guide_of(tmp_path, [words(60, 70, "2 Kinds of lamps", "B", 14), *drawn])
    assert [section.path[-1] for section in guide.sections] == [
        "2.1 Hall lamps",
        "2.2 Yard lamps",
        "2.3 Desk lamps",
    ]


def test_steps_in_bold_stay_steps(tmp_path: Path) -> None:
    drawn: list[str] = []
    for n, step in enumerate(["Open the lid", "Take the bulb", "Close the lid"], 1):
        drawn += [words(60, 80 + 50 * n, f"{n}. {step}", "B")]
        drawn += lines(72, 93 + 50 * n, "It is easy to do, and it takes a", "minute.")
    (section,) = guide_of(tmp_path, [words(60, 90, "Lamps", "B", 14), *drawn]).sections
    assert [block.number for block in section.blocks] == [1, 2, 3]


def test_japanese_in_columns_from_right_to_left(tmp_path: Path) -> None:
    columns = ["電灯は毎日消します。窓", "は必ず閉めます。鍵は受", "付に返します。"]
    drawn = [
        words(520 - 25 * n, 80 + 13 * row, letter, "J", 12)
        for n, column in enumerate(columns)
        for row, letter in enumerate(column)
    ]
    assert load_pages(tmp_path, drawn).markdown.strip() == "".join(columns)


def test_readings_beside_japanese_words_are_left_out(tmp_path: Path) -> None:
    document = load_pages(
        tmp_path,
        [
            words(60, 92, "かぎ", "J", 5),
            words(60, 105, "鍵を受付に返してください。", "J", 12),
            words(60, 130, "窓も閉めてください。", "J", 12),
        ],
    )
    assert "かぎ" not in document.markdown and "鍵を受付に" in document.markdown
    assert [each.kind for each in document.remarks] == [RemarkKind.LEFT_OUT]


def test_circled_numbers_are_steps(tmp_path: Path) -> None:
    texts = ["①窓を閉めます。", "②電灯を消します。", "③鍵を返します。"]
    drawn = [words(60, 100 + 18 * n, text, "J", 12) for n, text in enumerate(texts)]
    (section,) = guide_of(tmp_path, drawn).sections
    assert [(block.number, block.text) for block in section.blocks] == [
        (1, "窓を閉めます。"),
        (2, "電灯を消します。"),
        (3, "鍵を返します。"),
    ]


def test_writing_from_right_to_left(tmp_path: Path) -> None:
    # As a PDF has it: each letter where it is seen, so that the last comes first.
    drawn = [
        words(60, 100, "ILKE EDCB .A", "H"),
        words(45, 113, "GFED", "H"),
        words(70, 113, "LAMP 7"),
        words(112, 113, "CBA", "H"),
    ]
    text = " ".join(load_pages(tmp_path, drawn).markdown.split())
    letters = {chr(ord("A") + n): chr(0x5D0 + n) for n in range(26)}
    first, *rest = text.split()
    assert first == letters["A"] + "."
    assert rest == [
        *("".join(letters[each] for each in word) for word in ("BCDE", "EKLI", "ABC")),
        *("LAMP", "7"),
        "".join(letters[each] for each in "DEFG"),
    ]


def test_lists_in_two_columns_without_a_wrapped_line(tmp_path: Path) -> None:
    drawn = [*lines(60, 90, *[rf"\225 Lamp {n}" for n in range(4)])]
    drawn += lines(300, 90, *[rf"\225 Lamp {n}" for n in range(4, 8)])
    (section,) = guide_of(tmp_path, drawn).sections
    assert [block.text for block in section.blocks] == [f"Lamp {n}" for n in range(8)]


def test_typed_steps_under_headings_in_bold(tmp_path: Path) -> None:
    guide = guide_of(
        tmp_path,
        [
            words(60, 60, "Lamps", "B", 16),
            words(60, 90, "Replace a lamp", "B"),
            *lines(60, 106, "Step 1: Hold the key down for", "five seconds.", "Step 2: Wait."),
            words(60, 170, "Clean a lamp", "B"),
            *lines(60, 186, "Step 1: Use a dry cloth.", "Step 2: Let it dry."),
        ],
    )
    assert [[block.number for block in section.blocks] for section in guide.sections] == [
        [1, 2]
    ] * 2


def test_a_table_of_contents_is_left_out_if_its_headings_are_there(tmp_path: Path) -> None:
    listed = ["Hall lamps . . . . . . . . 1", "Yard lamps . . . . . . . . 1"]
    document = load_pages(
        tmp_path,
        [
            words(60, 60, "Contents", "B", 14),
            *lines(60, 80, *listed),
            words(60, 130, "Hall lamps", "B", 14),
            *lines(60, 150, "Switch them off at night."),
            words(60, 180, "Yard lamps", "B", 14),
            *lines(60, 200, "Leave them on."),
        ],
    )
    assert [section.heading for section in parse(document).sections] == ["Hall lamps", "Yard lamps"]
    assert [each.kind for each in document.remarks] == [RemarkKind.LEFT_OUT]
    alone = load_pages(tmp_path, [*lines(60, 80, *listed)])
    assert "Hall lamps" in alone.markdown and not alone.remarks


def test_columns_whose_headings_stand_apart(tmp_path: Path) -> None:
    guide = guide_of(
        tmp_path,
        [
            words(60, 90, "1.1 The lamp hums", "B"),
            *lines(60, 106, "Step 1: Take the lamp to", "the caretaker's room.", "Step 2: Ask"),
            *lines(60, 145, "for another one and wait", "until it is brought."),
            words(60, 174, "1.2 The lamp is hot", "B"),
            *lines(60, 190, "Step 1: Switch it off.", "Step 2: Open a window, or"),
            *lines(220, 90, "the door, until the room", "is cool."),
            words(220, 119, "1.3 The lamp is gone", "B"),
            *lines(220, 135, "Ring 0100. Look in the", "hall before."),
        ],
    )
    assert [section.heading for section in guide.sections] == [
        "1.1 The lamp hums",
        "1.2 The lamp is hot",
        "1.3 The lamp is gone",
    ]
    assert [len(section.blocks) for section in guide.sections] == [2, 2, 1]
    assert guide.sections[1].blocks[-1].text.endswith("or the door, until the room is cool.")


def test_running_heads_of_two_pages_do_not_cut_a_list(tmp_path: Path) -> None:
    def page(number: int, *body: str) -> list[str]:
        head, foot = words(60, 40, "House of lamps", "B", 13), words(500, 815, f"{number} of 2")
        return [head, *body, foot]

    document = load_pages(
        tmp_path,
        page(1, words(60, 90, "Lamps", "B", 16), *lines(60, 110, "1. Switch it off.", "2. Wait.")),
        page(2, *lines(60, 90, "3. Turn the bulb.", "4. Switch it on.")),
    )
    (section,) = parse(document).sections
    assert [block.number for block in section.blocks] == [1, 2, 3, 4]
    assert "House of lamps" in document.remarks[0].text


def test_headings_at_the_top_of_two_pages_stay(tmp_path: Path) -> None:
    pages = [
        [words(60, 60, "Lamps", "B", 13), *lines(60, 74, text, "It takes a minute.")]
        for text in ("Switch them off.", "Switch them on.")
    ]
    assert load_pages(tmp_path, *pages).markdown.count("# Lamps") == 2


def test_headings_with_signs_are_no_items(tmp_path: Path) -> None:
    drawn: list[str] = []
    for n, (heading, text) in enumerate(
        [("電灯がつかない", "窓を開けて、係を呼びます。"), ("鍵がない", "受付に電話して待ちます。")]
    ):
        drawn += [words(60, 90 + 60 * n, f"■ {heading}", "J", 12)]
        drawn += [words(60, 110 + 60 * n, text, "J", 12)]
    assert [section.heading for section in guide_of(tmp_path, drawn).sections] == [
        "電灯がつかない",
        "鍵がない",
    ]


def test_signs_that_hang_before_items_are_bullets(tmp_path: Path) -> None:
    drawn = [words(60, 80, "Lamps", "B", 14)]
    for n, text in enumerate(["Hall lamp", "Yard lamp", "Desk lamp"]):
        drawn += [words(72, 100 + 16 * n, "■", "J", 10), words(92, 100 + 16 * n, text)]
    (section,) = guide_of(tmp_path, drawn).sections
    assert [(block.kind, block.text) for block in section.blocks] == [
        (BlockKind.BULLET, "Hall lamp"),
        (BlockKind.BULLET, "Yard lamp"),
        (BlockKind.BULLET, "Desk lamp"),
    ]


def test_a_heading_in_bold_right_below_a_step(tmp_path: Path) -> None:
    guide = guide_of(
        tmp_path,
        [
            words(60, 80, "House of lamps", "B"),
            words(60, 96, "The lamp is dark", "B"),
            *lines(60, 108, "1. Turn the bulb. Wait", "2 minutes."),
            words(60, 133, "The lamp hums", "B"),
            *lines(60, 145, "1. Ask the caretaker."),
        ],
    )
    assert guide.info.title == "House of lamps"
    assert [section.heading for section in guide.sections] == ["The lamp is dark", "The lamp hums"]
    assert guide.sections[0].blocks[0].text == "Turn the bulb. Wait 2 minutes."


def test_what_stands_across_a_page_is_left_out(tmp_path: Path) -> None:
    document = load_pages(
        tmp_path,
        [
            *lines(60, 100, "Switch the lamp off.", "Wait for it to cool.", "Turn the bulb."),
            "0.85 g BT /B 60 Tf 0.7 0.7 -0.7 0.7 60 640 Tm (DRAFT) Tj ET",
            "1 g " + words(60, 200, "secret"),
            "0 0 0 rg 60 600 200 20 re f 1 g " + words(60, 238, "Never touch it."),
        ],
    )
    assert "secret" not in document.markdown and "DRAFT" not in document.markdown
    assert "Never touch it." in document.markdown
    (remark,) = document.remarks
    assert remark.kind is RemarkKind.LEFT_OUT
    assert "DRAFT" in remark.text and "secret" in remark.text


def test_notes_in_the_margin_stand_behind_what_they_are_beside(tmp_path: Path) -> None:
    guide = guide_of(
        tmp_path,
        [
            words(60, 60, "House of lamps", "B", 20),
            words(160, 90, "The lamp is dark", "B", 14),
            words(60, 88, "The box is in the hall.", size=8),
            *lines(
                160, 110, "1. Switch it off at the wall and wait", "for a minute.", "2. Turn it."
            ),
            *[
                words(60, 122 + 10 * n, text, size=8)
                for n, text in enumerate(["Bulbs are", "hot."])
            ],
            words(160, 180, "The lamp hums", "B", 14),
            *lines(160, 200, "Ask the caretaker."),
        ],
    )
    dark, hums = guide.sections
    assert [(block.number, block.text) for block in dark.blocks] == [
        (None, "The box is in the hall."),
        (1, "Switch it off at the wall and wait for a minute."),
        (2, "Turn it."),
        (None, "Bulbs are hot."),
    ]
    assert hums.heading == "The lamp hums"


def test_names_at_the_left_of_their_text_stand_before_it(tmp_path: Path) -> None:
    drawn: list[str] = []
    for n, name in enumerate(["Dark lamp", "Loud lamp"]):
        drawn += [words(60, 90 + 70 * n, name, "B")]
        text = ("Switch it off at the wall, and wait", "until it is cold. Take it to the", "yard.")
        drawn += lines(150, 90 + 70 * n, *text)
    assert [section.heading for section in guide_of(tmp_path, drawn).sections] == [
        "Dark lamp",
        "Loud lamp",
    ]


def test_columns_whose_headings_stand_on_one_line(tmp_path: Path) -> None:
    drawn: list[str] = []
    columns = [["The lamp is dark", "The lamp hums"], ["The key is lost", "The door is shut"]]
    for n, headings in enumerate(columns):
        for row, heading in enumerate(headings):
            x, y = 60 + 230 * n, 90 + 60 * row
            drawn += [words(x, y, heading, "B")]
            drawn += lines(x, y + 14, "Ask the caretaker, who comes by", "in the morning.")
    sections = guide_of(tmp_path, drawn).sections
    assert [section.heading for section in sections] == [*columns[0], *columns[1]]
    assert {section.blocks[0].text for section in sections} == {
        "Ask the caretaker, who comes by in the morning."
    }


def test_footnotes_are_no_steps(tmp_path: Path) -> None:
    (section,) = guide_of(
        tmp_path,
        [
            words(60, 80, "Lamps", "B", 14),
            *lines(60, 100, "1. Switch the lamp off at the wall.", "2. Wait until it is cold."),
            words(206.4, 96, "1", size=6),
            words(60, 160, "1. The switch is behind the door, and it", size=7),
            words(60, 169, "is red.", size=7),
        ],
    ).sections
    assert [(block.number, block.text) for block in section.blocks] == [
        (1, "Switch the lamp off at the wall.1"),
        (2, "Wait until it is cold."),
        (None, "1 The switch is behind the door, and it is red."),
    ]


def test_what_is_drawn_twice_to_look_bold(tmp_path: Path) -> None:
    drawn: list[str] = []
    for n, heading in enumerate(["The lamp is dark", "The lamp hums"]):
        y = 90 + 50 * n
        drawn += [words(60, y, heading), words(60.4, y, heading)]
        drawn += lines(60, y + 14, "Ask the caretaker.")
    assert [section.heading for section in guide_of(tmp_path, drawn).sections] == [
        "The lamp is dark",
        "The lamp hums",
    ]


def test_lines_that_no_sentence_joins_stay_lines(tmp_path: Path) -> None:
    (section,) = guide_of(
        tmp_path,
        lines(60, 90, "LAMPS", "1. Switch it off.", "2. Wait.", "IN THE YARD", "Ring.", step=22),
    ).sections
    assert [block.text for block in section.blocks] == [
        "LAMPS",
        "Switch it off.",
        "Wait.",
        "IN THE YARD",
        "Ring.",
    ]
