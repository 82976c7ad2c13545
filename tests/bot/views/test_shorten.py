"""Long answers cut to what has to be done, with everything that is left out counted."""

from __future__ import annotations

from bot.question import Place
from bot.views.answer import render
from bot.views.shorten import MAX_LINES, shorten, text_lines
from bot.words.catalogue import words
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Block, BlockKind, Part, Step
from kb.question.redact import redact
from tests.bot.views.test_answer import answer_of, block, check, citation, step

PLACE = Place(channel="D1", ts="1.1")
SAID = words("en")


def long_answer(
    steps: int = 12, children: tuple[Block, ...] = (), notes: tuple[Step, ...] = ()
) -> Answer:
    part = Part(
        heading="Restart the printer",
        steps=tuple(
            Step(spans=step(f"Press button {n}.").spans, citations=(n,), children=children)
            for n in range(1, steps + 1)
        ),
        notes=notes,
    )
    answer = answer_of([])
    cited = [citation(f"Quote {n}") for n in range(1, steps + len(notes) + 1)]
    # One section, so that the citations stand together.
    cited = [each.model_copy(update={"path": ("T",)}) for each in cited]
    return answer.model_copy(update={"parts": (part,), "citations": tuple(cited)})


def note(text: str, number: int, label: str | None = None) -> Step:
    update = {"citations": (number,), "label": label, "kind": BlockKind.PARAGRAPH}
    return step(text).model_copy(update=update)


def test_a_short_answer_is_left_as_it_is() -> None:
    answer = long_answer(3)
    assert shorten(answer, SAID).answer is answer


def test_explanation_goes_first_and_warnings_stay() -> None:
    notes = (*(note("why " * 100, 23) for _ in range(3)), note("Hot!", 24, "Warning"))
    shortened = shorten(long_answer(22, notes=notes), SAID)
    (part,) = shortened.answer.parts
    assert [each.label for each in part.notes] == ["Warning"]
    assert len(part.steps) == 22 and "lines of explanation" in shortened.left_out
    assert part.notes[0].citations == (23,)
    assert shortened.answer.citations[22].guide_title == "Quote 24"
    assert len(shortened.answer.citations) == 23


def test_a_translated_prohibition_stays_with_its_original() -> None:
    translated = note("Non aprirla mai.", 17).model_copy(
        update={"original": step("Never open it.").spans}
    )
    answer = long_answer(15, notes=(note("why " * 300, 16), translated))
    shortened = shorten(answer.model_copy(update={"guide_language": "en"}), SAID)
    (part,) = shortened.answer.parts
    assert [each.text for each in part.notes] == ["Non aprirla mai."]


def test_every_step_and_its_code_stays_and_cut_detail_is_counted() -> None:
    detail = block(BlockKind.BULLET, "Part", *(block(BlockKind.BULLET, f"b{n}") for n in range(9)))
    command = block(BlockKind.CODE, "lp --restart\nlp --status")
    text = check(render(long_answer(children=(command, detail)), PLACE))
    for number in range(1, 13):
        assert f"{number}. Press button {number}." in text
    assert text.count("```\nlp --restart\nlp --status\n```") == 12
    assert text.count("… 10 more lines") == 12 and "b8" not in text
    assert "Not shown here: 120 list items." in text and "Show the whole section" in text


def test_long_code_shows_its_first_lines() -> None:
    code = "\n".join(f"line {n}" for n in range(40))
    text = check(render(long_answer(2, children=(block(BlockKind.CODE, code),)), PLACE))
    assert "line 7\n" in text and "line 8" not in text and "… 32 more lines" in text
    assert "Show the whole section" in text


def test_long_code_by_itself_is_shortened() -> None:
    code = "\n".join(f"line {n}" for n in range(40))
    text = check(render(long_answer(1, children=(block(BlockKind.CODE, code),)), PLACE))
    assert "line 7\n" in text and "line 8" not in text


def test_without_a_button_for_the_rest_nothing_is_left_out() -> None:
    detail = block(BlockKind.BULLET, "Part", *(block(BlockKind.BULLET, f"b{n}") for n in range(9)))
    text = check(render(long_answer(children=(detail,))))
    assert text.count("b8") == 12 and "left out" not in text


def test_answers_of_the_sample_guide_keep_their_steps(sample: KnowledgeBase) -> None:
    answer = sample.ask(redact("I lost my secret key. And my policy change does not show up."))
    assert len(answer.parts) == 2
    text = check(render(answer, PLACE))
    for part in answer.parts:
        for number, each in enumerate(part.steps, 1):
            assert f"{number}. {each.text}" in text
    assert "Important: " in text and "eventual consistency" not in text
    assert "lines of explanation" in text


def test_lines_are_those_of_wide_characters_too() -> None:
    assert text_lines("a" * 78) == 1 and text_lines("a" * 79) == 2
    assert text_lines("あ" * 40) == 2 and text_lines("a\n\nb\n") == 3
    assert MAX_LINES > 20
