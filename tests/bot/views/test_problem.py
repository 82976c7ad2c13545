"""A whole problem in a view, as much of it as Slack takes."""

from __future__ import annotations

import json

from bot.views.problem import problem_blocks
from bot.words.catalogue import words
from kb.model import BlockKind, GuideInfo, Section
from testing.slack_server.limits import rejection
from tests.bot.views.test_answer import LINE, block

SAID = words("en")


def test_a_section_that_no_view_takes_says_how_much_is_left() -> None:
    blocks = tuple(block(BlockKind.PARAGRAPH, f"{n}. " + "word " * 200) for n in range(80))
    section = Section(heading="H", path=("H",), anchor="h", lines=LINE, blocks=blocks)
    guide = GuideInfo(id="g", title="G", language="en", source="/srv/docs/guide.md", sha256="")
    shown = json.dumps([b.to_dict() for b in problem_blocks([section], guide, SAID)])
    assert "more lines in guide.md" in shown and "/srv" not in shown
    assert len(shown) < 100_000
    whole = problem_blocks([section.model_copy(update={"blocks": blocks[:9]})], guide, SAID)
    assert len(whole) == 10 and "more lines" not in str([b.to_dict() for b in whole])


def test_a_heading_without_end_is_cut_above_its_problem() -> None:
    endless = "x" * 5000
    section = Section(heading=endless, path=(endless,), anchor="h", lines=LINE)
    guide = GuideInfo(id="g", title="G", language="en", source="guide.md", sha256="")
    shown = [block.to_dict() for block in problem_blocks([section], guide, SAID)]
    assert rejection("chat.postMessage", {"blocks": shown, "text": "x"}) is None
