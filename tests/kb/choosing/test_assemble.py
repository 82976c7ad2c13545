"""What is chosen is shown in the guide's words, with all that belongs to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.answer.compose import Composed
from kb.choosing.assemble import assemble
from kb.choosing.lines import Candidate, candidates
from kb.model import Guide, Problem

GUIDE = """\
# Lathe

## The lathe stops

The lathe stops by itself when the belt slips. Only trained staff may open the housing.

**To tighten the belt**

Do this with the mains plug pulled:

1. Open the housing.
2. Turn the screw to the right.

   ```sh
   lathe --check belt
   ```

3. Never touch the spindle while it is warm.
4. Close the housing.
5. Plug it in.

**Warning**
The belt can snap.

**To order a belt**

- Note the number on the belt.
- Write to the workshop.

## The lamp is dark

Press the lamp's button. If it stays dark, change the bulb. The bulb is on the left. Do not use \
bulbs above 20 W. The lamp was added last year.

## The chuck is stuck

Run this command:

```sh
lathe --free chuck
```

Then turn it by hand. The chuck was made in Turin.
"""

JAPANESE = """\
# 旋盤

## ランプがつかない

1. ボタンを押します。
2. 電球を替えます。
3. 20 W を超える電球は使わないでください。
4. ふたを閉めます。

> **注意**
> 電球は熱くなっています。
"""


def problems(tmp_path: Path, text: str, name: str = "lathe.en.md") -> dict[str, Candidate]:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    guide: Guide = parse(load(read_source(path)))
    found = candidates([Problem([section], guide.info) for section in guide.sections], "s1")
    return {candidate.heading: candidate for candidate in found}


def ids(candidate: Candidate, *words: str) -> set[str]:
    found = {line.id for line in candidate.lines if any(each in line.text for each in words)}
    assert len(found) == len(words)
    return found


def shown(composed: Composed) -> str:
    return "\n".join(
        text
        for part in composed.parts
        for step in (*part.steps, *part.notes)
        for text in (step.text, *(child.full_text for child in step.children))
    )


@pytest.fixture
def lathe(tmp_path: Path) -> dict[str, Candidate]:
    return problems(tmp_path, GUIDE)


def test_without_lines_it_is_what_is_shown_without_a_model(lathe: dict[str, Candidate]) -> None:
    for candidate in lathe.values():
        assert assemble(candidate, set()) == candidate.variants[0]
        assert assemble(candidate, {"p9.1", "x"}) == candidate.variants[0]
        assert assemble(candidate, {line.id for line in candidate.lines}).parts


def test_a_prohibition_comes_along_and_what_is_left_out_is_named(
    lathe: dict[str, Candidate],
) -> None:
    stops = lathe["The lathe stops"]
    answer = assemble(stops, ids(stops, "Turn the screw"))
    part = next(part for part in answer.parts if part.caption == "To tighten the belt")
    assert [step.number for step in part.steps if step.number] == [2, 3]
    assert part.omitted == (1, 4, 5)
    text = shown(answer)
    assert "Never touch the spindle" in text and "lathe --check belt" in text
    assert "mains plug pulled" in text and "The belt can snap" in text
    assert "Only trained staff" in text
    assert "Note the number" not in text and "To order a belt" in answer.more


def test_between_two_steps_none_is_left_out(lathe: dict[str, Candidate]) -> None:
    stops = lathe["The lathe stops"]
    answer = assemble(stops, ids(stops, "Open the housing.", "Close the housing."))
    part = next(part for part in answer.parts if part.caption == "To tighten the belt")
    assert [step.number for step in part.steps if step.number] == [1, 2, 3, 4]
    assert part.omitted == (5,)


def test_a_list_stands_as_a_whole(lathe: dict[str, Candidate]) -> None:
    stops = lathe["The lathe stops"]
    text = shown(assemble(stops, ids(stops, "Write to the workshop")))
    assert text.index("Note the number") < text.index("Write to the workshop")


def test_a_sentence_brings_the_conditions_of_its_paragraph(lathe: dict[str, Candidate]) -> None:
    lamp = lathe["The lamp is dark"]
    text = shown(assemble(lamp, ids(lamp, "Press the lamp's button")))
    assert "If it stays dark" in text and "Do not use" in text
    assert "last year" not in text


def test_code_and_its_sentence_stay_together(lathe: dict[str, Candidate]) -> None:
    chuck = lathe["The chuck is stuck"]
    code = ids(chuck, "lathe --free")
    assert "Run this command" in shown(assemble(chuck, code))
    assert "lathe --free" in shown(assemble(chuck, ids(chuck, "Run this command") | code))


def test_nothing_is_shown_that_the_guide_does_not_say(lathe: dict[str, Candidate]) -> None:
    for candidate in lathe.values():
        for line in candidate.lines:
            answer = assemble(candidate, {line.id})
            assert line.text in shown(answer)
            for part in answer.parts:
                for step in (*part.steps, *part.notes):
                    words = GUIDE.replace("**", "").replace("\\\n", "")
                    assert step.text in words
                    assert all(answer.citations[n - 1].quote for n in step.citations)


def test_in_japanese_too(tmp_path: Path) -> None:
    (lamp,) = problems(tmp_path, JAPANESE, "lathe.ja.md").values()
    answer = assemble(lamp, ids(lamp, "ボタンを押します"))
    text = shown(answer)
    assert "使わないでください" in text and "熱くなっています" in text
    assert answer.parts[0].omitted == (4,)


def test_where_a_language_is_not_known_nothing_is_left_out(tmp_path: Path) -> None:
    text = "# Torno\n\n## Lampa\n\nTryk på knappen. Skift pæren. Brug ikke 20 W.\n"
    (lamp,) = problems(tmp_path, text, "lathe.da.md").values()
    first = {lamp.lines[0].id}
    assert "Brug ikke 20 W" in shown(assemble(lamp, first))


def test_the_cause_can_be_chosen_instead_of_the_resolution(tmp_path: Path) -> None:
    text = (
        "# Pump\n\n## No pressure\n\n### Cause\n\nThe valve is worn.\n\n"
        "### Solution\n\n1. Change the valve.\n2. Open the tap.\n"
    )
    path = tmp_path / "pump.en.md"
    path.write_text(text, "utf-8")
    guide = parse(load(read_source(path)))
    (pump,) = candidates([Problem(guide.sections, guide.info)], "s1")
    assert shown(pump.variants[0]) == "Change the valve.\nOpen the tap."
    answer = assemble(pump, ids(pump, "The valve is worn"))
    assert shown(answer) == "The valve is worn." and answer.more == ("Solution",)
    both = assemble(pump, ids(pump, "The valve is worn", "Open the tap"))
    assert {"The valve is worn.", "Open the tap."} <= set(shown(both).split("\n"))
    assert both.more == () and both.parts[0].omitted == (1,)
