"""`guidebot preview`, by what it prints and writes."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from typer.testing import CliRunner, Result

from ingest.cli import app
from kb.errors import GuidebotError
from tests.conftest import SAMPLE_GUIDES

GUIDE = """---
language: en
---
# Lifts

All lifts of the main building.

## The door stays open

### Symptoms

The door does **not** close.

### What to do

To close the door

1. Wipe the sensor.
   - Use a dry cloth.
2. Type this:

   ```sh
   lift --close
   lift --status
   ```

> [!WARNING]
> Keep your hands away.

## Codes

| Code | Meaning |
| --- | --- |
| L1 | Door |
| L2 | Rope |

- [Manual](https://example.com/lifts)
- [Parts](https://example.com/parts)

## Left empty
"""

TREE = """Lifts  lifts.md
  language en, id lifts, 2 problems, 2 steps, 1 table, 1 code block, 1 note, 2 texts in no section
 line
      The door stays open
10-12 ├── symptoms: Symptoms  #the-door-stays-open/symptoms
   12 │   └── ¶ The door does not close.
14-28 └── resolution: What to do  #the-door-stays-open/what-to-do
   16     ├── ¶ To close the door
18-19     ├── 1. Wipe the sensor.
   19     │   └── • Use a dry cloth.
20-25     ├── 2. Type this:
22-25     │   └── code sh, 2 lines: lift --close
27-28     └── note “Warning”: Keep your hands away.
30-38 Codes  #codes
32-35 ├── table, 2 rows of 2: Code | Meaning ⏎ L1 | Door ⏎ L2 | Rope
37-38 └── 2 links
   37     ├── • Manual
   38     └── • Parts
      In no section, so in no answer
    6 ├── All lifts of the main building.
   40 └── ## Left empty
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a guide, where the command is run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "lifts.md").write_text(GUIDE, "utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["preview", *arguments])


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]


def test_one_guide_is_a_tree() -> None:
    done = run("lifts.md")
    assert done.exit_code == 0
    assert lines(done.stdout) == lines(TREE)


def test_a_block_is_cut_to_the_width_unless_the_whole_is_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    (folder / "long.md").write_text(
        f"# Long\n\n## Words\n\n{'many words ' * 30}the end\n\n```\none\ntwo\n```\n", "utf-8"
    )
    short = run("long.md").stdout.split("\n", 2)[2]
    assert max(map(len, short.split("\n"))) == 40
    assert "the end" not in short and "two" not in short
    whole = run("long.md", "--full").stdout
    assert "the end" in whole and re.search(r"\n +one\n +two\n", whole)


def test_many_guides_are_a_line_each_and_trees_if_asked_for(folder: Path) -> None:
    (folder / "stairs.md").write_text("# Stairs\n\n## Slippery\n\n1. Strew sand.\n", "utf-8")
    (folder / "plan.png").write_bytes(b"")
    head, first, second, *rest = lines(run(".").stdout)
    assert head.split() == "source title lang problems steps tables code unused".split()
    assert first.split() == "lifts.md Lifts en 2 2 1 1 2".split()
    assert second.split() == "stairs.md Stairs en 1 1 · · ·".split()
    assert rest == [
        "Not a guide, skipped: plan.png",
        "2 guides: 3 problems, 3 steps, 1 table, 1 code block, 1 note, 2 texts in no section.",
    ]
    trees = run(".", "--tree").stdout
    assert TREE.splitlines()[4] in trees and "1. Strew sand." in trees
    assert lines(trees)[-1] == rest[-1]


def test_bad_sources_do_not_hide_the_good(folder: Path) -> None:
    (folder / "bad.docx").write_bytes(b"not a document")
    (folder / "empty.md").write_text("", "utf-8")
    done = run("bad.docx", "empty.md", "gone.md", "lifts.md")
    assert done.exit_code == 1
    assert "1. Wipe the sensor." in done.stdout
    assert [line for line in lines(done.stdout) if line.startswith("Cannot be read: empty.md: ")]
    found = json.loads(run("bad.docx", "empty.md", "gone.md", "lifts.md", "--json").stdout)
    assert [each["source"] for each in found["unread"]] == ["bad.docx", "empty.md", "gone.md"]
    assert all(each["reason"] for each in found["unread"])
    assert [each["info"]["title"] for each in found["guides"]] == ["Lifts"]


def test_no_guide_is_an_error(folder: Path) -> None:
    (folder / "nothing").mkdir()
    assert isinstance(run("nothing").exception, GuidebotError)


def test_two_guides_of_one_id_are_shown_and_one_would_be_refused(folder: Path) -> None:
    (folder / "copy.md").write_text(GUIDE.replace("language: en", "language: en\nid: lifts"))
    done = run(".", "--html", "../page.html")
    assert done.exit_code == 1
    assert (
        "Would be refused: lifts.md: guide id 'lifts' (en) is already used by copy.md."
        in done.stdout
    )
    page = read_page(folder.parent / "page.html")
    assert len(page.select("details.guide")) == 2 and len(page.select(".guide > .bad")) == 1


def test_the_guides_of_the_file_that_names_them(folder: Path) -> None:
    (folder / "guidebot.toml").write_text(
        '[[guide]]\nsource = "lifts.md"\ntitle = "Elevators"\n', "utf-8"
    )
    assert lines(run().stdout)[0] == "Elevators  lifts.md"


def test_json_has_problems_with_their_sections_and_what_is_in_none() -> None:
    done = run("lifts.md", "--json")
    (guide,) = json.loads(done.stdout)["guides"]
    assert (guide["info"]["language"], guide["info"]["id"]) == ("en", "lifts")
    assert guide["counts"]["steps"] == 2 and guide["counts"]["unused"] == 2
    door, codes = guide["problems"]
    assert [each["role"] for each in door["sections"]] == ["symptoms", "resolution"]
    step = door["sections"][1]["blocks"][1]
    assert (step["kind"], step["number"], step["lines"]) == ("step", 1, {"first": 18, "last": 19})
    assert codes["sections"][0]["blocks"][0]["rows"][0] == ["Code", "Meaning"]
    assert guide["unused"][0] == {
        "lines": {"first": 6, "last": 6},
        "text": "All lifts of the main building.",
    }
    assert (guide["remarks"], guide["encoding"], guide["refusal"]) == ([], None, None)


HOSTILE = """---
title: "[red]Title[/red] <script>alert('title')</script>"
language: en
---
## [bold]Heading[/bold] <b onclick=x>\x1b[31mred

Words \x1b]8;;https://evil.example\x07link \u202eturned [blink]round[/blink] {{ 7 * 7 }} {% raw %}.

```js"><script>
</script><script>alert('code')</script>
```

| <img src=x onerror=alert(1)> | "quoted' |
| --- | --- |
| </table><script>alert('cell')</script> | [a](javascript:alert(1)) |

1. [Go](https://example.com/"onmouseover="alert(1)) </li></span>
"""


def test_text_of_a_guide_is_never_taken_for_markup_or_commands(folder: Path) -> None:
    (folder / "hostile.md").write_text(HOSTILE, "utf-8")
    for arguments in (["hostile.md"], ["hostile.md", "--full"], ["."], [".", "--tree"]):
        said = run(*arguments).stdout
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", said)
        assert "[red]Title[/red]" in said
    said = run("hostile.md", "--full").stdout
    assert "]8;;https://evil.examplelink turned [blink]round[/blink]" in said
    assert "[bold]Heading[/bold]" in said and "{{ 7 * 7 }} is left out" in said
    run("hostile.md", "--html", "page.html")
    text = (folder / "page.html").read_text("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
    page = BeautifulSoup(text, "html5lib")
    assert len(page.select("script")) == 1 and not page.select("img, [onclick], [onmouseover]")
    assert all(str(link["href"]).startswith("#g1") for link in page.select("a"))
    words = page.get_text()
    assert "</table><script>alert('cell')</script>" in words and "{{ 7 * 7 }}" in words


def read_page(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html5lib")


def blocks_of(page: BeautifulSoup) -> list[Tag]:
    return page.select("div.block")


def rows_of(page: BeautifulSoup, block: Tag) -> list[str]:
    """Return the rows of the source that a block is shown to stand on."""
    guide = block.find_parent("details", class_="guide")
    assert guide
    found: list[str] = []
    for run_ in str(block["data-rows"]).split():
        first, last = map(int, run_.split("-"))
        for number in range(first, last + 1):
            row = page.find(id=f"{guide['id']}-{number}")
            assert isinstance(row, Tag)
            found.append(row.select(".t")[0].get_text())
    return found


def test_the_page_has_the_file_and_leads_from_each_block_to_its_lines(folder: Path) -> None:
    done = run("lifts.md", "--html", "page.html")
    assert done.exit_code == 0 and "Page written: page.html" in done.stdout
    page = read_page(folder / "page.html")
    shown = [row.get_text() for row in page.select(".listing .t")]
    assert shown == GUIDE.rstrip("\n").split("\n")
    assert "The file" in page.select(".listing h3")[0].get_text()
    for link in page.select("a.at"):
        assert page.find(id=str(link["href"])[1:]), link
    (step,) = [each for each in blocks_of(page) if "Wipe the sensor." in each.get_text()]
    assert rows_of(page, step) == ["1. Wipe the sensor.", "   - Use a dry cloth."]
    assert step.select("a.at")[0]["href"] == "#g1-18"
    assert [row.select(".n")[0].get_text() for row in page.select(".unused")] == ["6", "40"]


@pytest.mark.parametrize("to", ["html", "docx", "pdf"])
def test_other_formats_are_shown_as_they_were_read(folder: Path, to: str) -> None:
    try:
        from benchmarks import formats
    except OSError:
        pytest.skip("WeasyPrint needs the Pango library")
    made = formats.convert(SAMPLE_GUIDES / "iam-troubleshooting.en.md", to, folder)
    assert run(str(made), "--html", "page.html").exit_code == 0
    page = read_page(folder / "page.html")
    assert "As read" in page.select(".listing h3")[0].get_text()
    blocks = blocks_of(page)
    assert len(blocks) > 60
    for link in page.select("a.at"):
        assert page.find(id=str(link["href"])[1:]), link
    for block in blocks:
        rows = rows_of(page, block)
        assert rows and len(rows) < 25, block
    (key,) = [each for each in blocks if "Put the new key wherever" in each.get_text()]
    assert any("Put the new key wherever" in row for row in rows_of(page, key))


def test_a_text_file_is_shown_by_its_own_lines(folder: Path) -> None:
    text = "Kettle\n\nIt does not boil\n1. Fill it.\n2. Press the switch.\n"
    (folder / "kettle.txt").write_text(text, "utf-8-sig")
    assert run("kettle.txt", "--html", "page.html").exit_code == 0
    page = read_page(folder / "page.html")
    assert [row.get_text() for row in page.select(".listing .t")] == text.rstrip().split("\n")
    (step,) = [each for each in blocks_of(page) if "Fill it." in each.get_text()]
    assert rows_of(page, step) == ["1. Fill it."]


def test_the_page_runs_and_fetches_nothing_else(folder: Path) -> None:
    run("lifts.md", "--html", "page.html")
    text = (folder / "page.html").read_text("utf-8")
    assert "default-src 'none'; style-src 'sha256-" in text
    page = BeautifulSoup(text, "html5lib")
    assert not page.select("link, img, iframe, [src], [style]")
    assert not [name for tag in page.select("*") for name in tag.attrs if name.startswith("on")]


def test_a_page_of_several_guides_lists_them_and_what_cannot_be_read(folder: Path) -> None:
    (folder / "stairs.md").write_text("# Stairs\n\n## Slippery\n\n1. Strew sand.\n", "utf-8")
    (folder / "bad.pdf").write_bytes(b"%PDF-")
    assert run(".", "--html", "../page.html").exit_code == 1
    page = read_page(folder.parent / "page.html")
    assert [each["href"] for each in page.select(".list a")] == ["#g1", "#g2"]
    assert page.select("#unread li")[0].get_text().startswith("bad.pdf: ")
    assert not page.select("details.guide[open]")


@pytest.mark.parametrize("place", ["./page.html", "lifts.md", "page.txt"])
def test_a_page_is_not_written_among_the_guides(folder: Path, place: str) -> None:
    done = run(".", "--html", place)
    assert done.exit_code == 2
    assert "--html" in done.stderr
    assert (folder / "lifts.md").read_text("utf-8") == GUIDE and len([*folder.iterdir()]) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_a_file_whose_name_is_no_text_is_named(folder: Path) -> None:
    for name in (b"\x83h\x83A.md", b"\x90}.png"):
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_text(GUIDE, "utf-8")
    done = run(".")
    assert done.exit_code == 1
    assert "Cannot be read: \\udc83h\\udc83A.md: its name is not valid UTF-8." in done.stdout
    assert "Not a guide, skipped: \\udc90}.png" in done.stdout and "lifts.md" in done.stdout
    assert json.loads(run(".", "--json").stdout)["unread"]
