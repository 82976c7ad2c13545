"""What a preview says of remarks, and of text that is in no section."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup
from rich.console import Console

from ingest.document import Document
from ingest.parse.outline import parse_with_remarks
from ingest.preview.listing import listing_of
from ingest.preview.page import page
from ingest.preview.terminal import show_summary, show_trees
from ingest.preview.understood import Understood, UnderstoodGuide, understood
from ingest.remark import Remark, RemarkKind
from ingest.source import Source, SourceFile
from kb.model import SourceUnit

TEXT = """# Boiler

## No heat

{{ picture }}

1. Turn the *valve*.

[^1]: Only in winter.
<!-- written in May -->

[home]: https://example.com
"""


def guide_of(
    text: str, *remarks: Remark, name: str = "boiler.md", lines: tuple[int, ...] | None = None
) -> UnderstoodGuide:
    """Return what is understood of a text, remarked on by its loader."""
    unit = SourceUnit.PAGE if lines else SourceUnit.LINE
    document = Document(name, name, "", text, lines=lines, unit=unit, remarks=remarks)
    source = SourceFile(Source(Path(name)), text.encode())
    return understood(parse_with_remarks(document), listing_of(source, document))


def printed(guide: UnderstoodGuide) -> str:
    console = Console(width=100, no_color=True)
    with console.capture() as capture:
        show_trees(Understood(guides=(guide,)), console, full=False)
        show_summary(Understood(guides=(guide,)), console)
    return capture.get()


def test_remarks_stand_at_their_lines() -> None:
    picture = Remark(line=5, kind=RemarkKind.LEFT_OUT, text="{{ [b]picture[/b] }} is left out")
    encoding = Remark(line=1, kind=RemarkKind.ENCODING, text="was read as Latin <1>")
    guide = guide_of(TEXT, picture, encoding)
    assert (guide.counts.remarks, guide.remarks) == (2, (picture,))
    said = printed(guide)
    assert "   5 └── left out: {{ [b]picture[/b] }} is left out" in said
    assert "  was read as Latin <1>\n" in said and "2 remarks" in said
    shown = BeautifulSoup(page(Understood(guides=(guide,))), "html5lib")
    (row,) = [row for row in shown.select(".listing li") if row.select(".remark")]
    assert row["id"] == "g1-5" and "{{ [b]picture[/b] }}" in row.select(".remark")[0].get_text()
    assert shown.select(".guide > .remark")[0].get_text() == "was read as Latin <1>"


def test_a_remark_beyond_the_last_line_is_at_it() -> None:
    guide = guide_of(TEXT, Remark(line=99, kind=RemarkKind.UNREAD, text="a picture at the end"))
    shown = BeautifulSoup(page(Understood(guides=(guide,))), "html5lib")
    assert shown.select(".listing li")[-1].select(".remark")
    assert all(shown.find(id=str(link["href"])[1:]) for link in shown.select("a.at"))


def test_text_that_no_block_has_is_named_unless_it_was_remarked_on() -> None:
    text = TEXT.replace("{{ picture }}", "<?php picture ?>")
    assert [str(each.lines) for each in guide_of(text).unused] == ["5"]
    assert guide_of(text, Remark(line=5, kind=RemarkKind.LEFT_OUT, text="PHP")).unused == ()


def test_what_only_holds_marks_or_names_is_not_missed() -> None:
    marks = "---\ntitle: A\n---\n<a name='top'></a>\n\n# A\n\n***\n\n## B\n\n### C\n\nWords.\n"
    assert guide_of(marks).unused == ()


def test_rows_of_a_page_are_told_apart_by_their_words() -> None:
    text = "## Left\n\n1. Turn the *valve*.\n\n2. [Wait](https://example.com).\n\nLost\n"
    whole = guide_of(text, name="boiler.pdf", lines=(1,) * 8)
    assert whole.listing.as_read and whole.unused == ()
    rows = [whole.listing.rows_of(block) for block in whole.problems[0].sections[0].blocks]
    assert rows == [(2,), (4,), (6,)]


def test_words_of_a_page_that_no_block_has_are_named() -> None:
    text = "Above all of it.\n\n# Boiler\n\n## Left\n\nNote: turn the valve.\n"
    guide = guide_of(text, name="boiler.pdf", lines=(1,) * 8)
    assert [each.text for each in guide.unused] == ["Above all of it."]
