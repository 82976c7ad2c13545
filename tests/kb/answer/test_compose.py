"""What a problem's sections become: all of what they say to do, in the guide's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from bot.views.shorten import shorten
from bot.words.catalogue import words
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.answer.compose import Composed, compose
from kb.model import Answer, Block, BlockKind, Decision, Guide, Part, Role, Section, Step
from kb.question.redact import redact
from kb.text.counted import counted
from tests.conftest import SAMPLE_GUIDES, SHARED, needs_real_guides

REAL_GUIDES = sorted(
    path
    for path in (SHARED / "guides").rglob("*")
    if path.suffix in (".md", ".txt") and "iam-user-guide-en" not in path.parts
)


def read(folder: Path, text: str, name: str = "guide.en.md") -> Guide:
    path = folder / name
    path.write_text(text, "utf-8")
    return parse(load(read_source(path)))


def problems(guide: Guide) -> list[list[Section]]:
    found: dict[str, list[Section]] = {}
    for section in guide.sections:
        found.setdefault(section.problem or section.anchor, []).append(section)
    return list(found.values())


def composed(folder: Path, text: str, name: str = "guide.en.md") -> list[Composed]:
    guide = read(folder, text, name)
    return [compose(problem, guide.info, "s") for problem in problems(guide)]


def shown(part: Part) -> list[str]:
    """Return a part's steps as a reader sees them."""
    return [_line(step) for step in part.steps]


def _line(step: Step) -> str:
    mark = {BlockKind.STEP: f"{step.number}. ", BlockKind.BULLET: "- "}.get(step.kind, "")
    code = "".join(f"\n`{child.text}`" for child in step.children if child.kind is BlockKind.CODE)
    rows = "".join(f"\n{child.text}" for child in step.children if child.kind is BlockKind.TABLE)
    return f"{mark}{step.text}{code}{rows}".strip("\n")


def test_a_list_is_whole_and_in_order_whatever_its_items_sound_like(tmp_path: Path) -> None:
    (answer,) = composed(
        tmp_path,
        "# Scanner\n\n## Clean the glass\n\n- Unscrew the two screws\n- Open the lid\n"
        "- Wipe the glass\n- Spray nothing on it\n- Close the lid\n",
    )
    (part,) = answer.parts
    assert shown(part) == [
        "- Unscrew the two screws",
        "- Open the lid",
        "- Wipe the glass",
        "- Spray nothing on it",
        "- Close the lid",
    ]
    assert part.notes == ()


def test_nothing_is_cut_in_silence(tmp_path: Path) -> None:
    numbers = "\n\n".join(f"Floor {n}: extension {n}0" for n in range(1, 9))
    tasks = "\n".join(f"- [ ] Task {n}" for n in range(1, 10))
    first, second = composed(
        tmp_path, f"# Desk\n\n## Numbers\n\n{numbers}\n\n## Tasks\n\n{tasks}\n"
    )
    assert len(first.parts[0].steps) == 8
    assert shown(second.parts[0]) == [f"- Task {n}" for n in range(1, 10)]


def test_tables_and_code_stay_beside_lists(tmp_path: Path) -> None:
    lamps, speed = composed(
        tmp_path,
        "# Toner\n\n## Lamps\n\n| Colour | Do |\n| --- | --- |\n| Red | Shake |\n\n"
        "- Check the waste box\n\n## Slow\n\n**Checks**:\n\n1. Count the people\n"
        "2. Look at the disk\n"
        "\n**Fix**:\n\n```\nvacuum --all\n```\n\nAfterwards it is quick.\n",
    )
    assert shown(lamps.parts[0]) == ["Colour | Do\nRed | Shake", "- Check the waste box"]
    assert [(part.caption, shown(part)) for part in speed.parts] == [
        ("Checks", ["1. Count the people", "2. Look at the disk"]),
        ("Fix", ["`vacuum --all`"]),
    ]
    assert [note.text for note in speed.parts[1].notes] == ["Afterwards it is quick."]


def test_prose_keeps_its_conditions_and_prohibitions(tmp_path: Path) -> None:
    (answer,) = composed(
        tmp_path,
        "# Boiler\n\n## No hot water\n\n"
        "The boiler is old. Open valve A. If the lamp is red, the gas "
        "is off. You must not open valve B. It was made in 1990.\n",
    )
    (part,) = answer.parts
    assert [step.text for step in part.steps] == [
        "Open valve A.",
        "If the lamp is red, the gas is off.",
        "You must not open valve B.",
    ]
    assert [step.number for step in part.steps] == [1, 2, 3]
    assert [note.text for note in part.notes] == ["The boiler is old.", "It was made in 1990."]


def test_a_warning_stands_before_the_steps_that_it_stands_before(tmp_path: Path) -> None:
    (answer,) = composed(
        tmp_path,
        "# Registry\n\n## Reset it\n\nThe registry holds keys. To reset it, follow these steps.\n\n"
        "> [!WARNING]\n> Make a backup first.\n\n1. Open it.\n2. Delete the key.\n",
    )
    (part,) = answer.parts
    assert shown(part) == [
        "The registry holds keys. To reset it, follow these steps.",
        "Make a backup first.",
        "1. Open it.",
        "2. Delete the key.",
    ]
    assert part.steps[1].label == "Warning"


ARTICLE = """# Shared folder is read-only

## Symptoms

You cannot save files in the shared folder.

## Cause

The disk is full.

## Resolution

Try these in order.

### Method 1: Empty the bin

1. Open the bin.
2. Select **Empty**.

### Method 2: Ask for space

```
ask --space
```

## More information

Disks are bought in spring.
"""


def test_what_to_do_leads_and_the_rest_is_named(tmp_path: Path) -> None:
    (answer,) = composed(tmp_path, ARTICLE)
    assert {part.heading for part in answer.parts} == {"Shared folder is read-only"}
    assert [(part.caption, shown(part)) for part in answer.parts] == [
        (None, ["1. Try these in order."]),
        ("Method 1: Empty the bin", ["1. Open the bin.", "2. Select Empty."]),
        ("Method 2: Ask for space", ["`ask --space`"]),
    ]
    assert answer.more == ("Symptoms", "Cause", "More information")
    cited = [citation.path for citation in answer.citations]
    assert cited[0] == ("Resolution",)
    assert cited[-1] == ("Resolution", "Method 2: Ask for space")
    assert {citation.about for citation in answer.citations} == {"Shared folder is read-only"}


def test_another_part_can_lead(tmp_path: Path) -> None:
    guide = read(tmp_path, ARTICLE)
    (problem,) = problems(guide)
    why = compose(problem, guide.info, "s", Role.CAUSE)
    assert [shown(part) for part in why.parts] == [["The disk is full."]]
    assert "Resolution" in why.more and "Cause" not in why.more


def test_citations_are_numbered_as_they_appear(tmp_path: Path) -> None:
    (answer,) = composed(
        tmp_path, "# A\n\n## B\n\nIt is old.\n\n**To mend it**\n\n1. Pull.\n2. Push.\n"
    )
    (part,) = answer.parts
    assert [step.citations for step in (*part.steps, *part.notes)] == [(1,), (2,), (3,)]
    assert [str(citation.lines) for citation in answer.citations] == ["9", "10", "5"]


def _blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from _blocks(block.children)


def _items(blocks: Iterable[Block]) -> list[tuple[str, str]]:
    """Return what must not be lost: list items, code, rows of tables, in order."""
    found: list[tuple[str, str]] = []
    for block in _blocks(blocks):
        if block.kind in (BlockKind.STEP, BlockKind.BULLET) and block.text:
            found.append(("item", block.text))
        elif block.kind is BlockKind.CODE:
            found.append(("code", block.text))
        elif block.kind is BlockKind.TABLE:
            found += [("row", " | ".join(row)) for row in block.rows[1:]]
    return found


def _shown_items(parts: Sequence[Part]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for part in parts:
        for step in (*part.steps, *part.notes):
            if step.kind in (BlockKind.STEP, BlockKind.BULLET) and step.number is not None:
                found.append(("item", step.text))
            elif step.kind is BlockKind.BULLET:
                found.append(("item", step.text))
            found += _items(step.children)
    return found


def _is_in_order(found: Sequence[tuple[str, str]], all_: Sequence[tuple[str, str]]) -> bool:
    rest = iter(all_)
    return all(item in rest for item in found)


@needs_real_guides
@pytest.mark.parametrize("path", REAL_GUIDES, ids=lambda path: path.name)
def test_nothing_of_what_a_real_guide_says_to_do_is_lost(path: Path) -> None:
    guide = parse(load(read_source(path)))
    for problem in problems(guide):
        resolution = [section for section in problem if section.role is Role.RESOLUTION] or problem
        wanted = [item for section in resolution for item in _items(section.blocks)]
        answer = compose(problem, guide.info, "s")
        found = _shown_items(answer.parts)
        assert not [item for item in wanted if item not in found], problem[0].path
        steps = [part.model_copy(update={"notes": ()}) for part in answer.parts]
        done = [item for item in _shown_items(steps) if item in wanted]
        assert _is_in_order(done, wanted), problem[0].path
        assert any(part.steps for part in answer.parts)
        assert_told(answer, guide)


def assert_told(composed: Composed, guide: Guide) -> None:
    """Check that what Slack does not show is counted."""
    answer = Answer(
        question=redact("q"),
        language="en",
        decision=Decision.ANSWER,
        confidence=1,
        snapshot="s",
        guide_language=guide.info.language,
        parts=composed.parts,
        citations=composed.citations,
    )
    short = shorten(answer, words("en"))
    before, after = _shown_items(answer.parts), _shown_items(short.answer.parts)
    for kind, name in (("item", "list item"), ("code", "code block"), ("row", "table row")):
        gone = sum(each[0] == kind for each in before) - sum(each[0] == kind for each in after)
        assert (counted(gone, name) in short.left_out) == (gone > 0), (gone, name, short.left_out)


def test_every_step_of_the_sample_guide_is_shown() -> None:
    for path in SAMPLE_GUIDES.glob("*.md"):
        guide = parse(load(read_source(path)))
        for section in guide.sections:
            answer = compose([section], guide.info, "s")
            assert set(_items(section.blocks)) <= set(_shown_items(answer.parts))
