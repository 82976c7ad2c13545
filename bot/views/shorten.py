"""An answer that is too long to be read in Slack, cut to what has to be done.

Every step of a procedure stays, and so does its code. What goes is explanation, then detail
nested below steps; how much it was is said, because a button shows the whole section.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.words.words import SlackWords
from kb.model import Answer, Block, BlockKind, Part, Span, Step

MOST_LINES = 25
"""How many lines are read without scrolling, about."""

_COLUMNS = 78
_MOST_DETAIL_LINES = 4
_MOST_CODE_LINES = 12


@dataclass(frozen=True)
class Shortened:
    """An answer, and how many lines, about, were taken out of it."""

    answer: Answer
    left_out: int = 0


def shorten(answer: Answer, said: SlackWords) -> Shortened:
    """Return an answer so that it is read at a glance, if that is possible at all."""
    before = _answer_lines(answer)
    if before <= MOST_LINES:
        return Shortened(answer)
    shorter = _with_parts(answer, [_without_notes(part) for part in answer.parts])
    if _answer_lines(shorter) > MOST_LINES:
        parts = [_without_detail(part, said) for part in shorter.parts]
        shorter = _with_parts(shorter, parts)
    left_out = before - _answer_lines(shorter)
    return Shortened(_recited(shorter), left_out) if left_out > 0 else Shortened(answer)


def without_explanation(answer: Answer) -> Answer:
    """Return an answer with only what has to be done now, and what the guide warns of."""
    parts = [_without_notes(part) for part in answer.parts]
    return _recited(_with_parts(answer, parts).model_copy(update={"see_also": ()}))


def text_lines(text: str) -> int:
    """Return how many lines a text takes in Slack, about."""
    return sum(max(1, -(-_columns(line) // _COLUMNS)) for line in text.rstrip("\n").split("\n"))


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def _answer_lines(answer: Answer) -> int:
    links = len(answer.see_also) + 1 if answer.see_also else 0
    return sum(map(_part_lines, answer.parts)) + links


def _part_lines(part: Part) -> int:
    titles = 1 + bool(part.caption) + bool(part.notes)
    return titles + sum(map(_step_lines, (*part.steps, *part.notes)))


def _step_lines(step: Step) -> int:
    original = "".join(span.text for span in step.original)
    lines = text_lines(step.text) + (text_lines(original) if original else 0)
    return lines + _block_lines(step.children)


def _block_lines(blocks: Iterable[Block]) -> int:
    return sum(text_lines(block.text) + _block_lines(block.children) for block in blocks)


def _with_parts(answer: Answer, parts: Sequence[Part]) -> Answer:
    return answer.model_copy(update={"parts": tuple(parts)})


def _without_notes(part: Part) -> Part:
    """Leave out the notes, but those that the guide itself points out, such as "Important"."""
    return part.model_copy(update={"notes": tuple(note for note in part.notes if note.label)})


def _without_detail(part: Part, said: SlackWords) -> Part:
    return part.model_copy(update={"steps": tuple(_cut(step, said) for step in part.steps)})


def _cut(step: Step, said: SlackWords) -> Step:
    kept: list[Block] = []
    room = _MOST_DETAIL_LINES
    for position, block in enumerate(step.children):
        lines = _block_lines([block])
        is_code = block.kind is BlockKind.CODE
        if lines > (_MOST_CODE_LINES if is_code else room):
            left = step.children[position:]
            more = said.more_lines.format(count=_block_lines(left))
            kept.append(_words(left[0], more))
            break
        kept.append(block)
        room -= 0 if is_code else lines
    return step.model_copy(update={"children": tuple(kept)})


def _words(at: Block, text: str) -> Block:
    """Return words of the bot as a paragraph where a block of the guide was."""
    return Block(id=at.id, kind=BlockKind.PARAGRAPH, lines=at.lines, spans=(Span(text=text),))


def _recited(answer: Answer) -> Answer:
    """Leave out the citations that nothing stands on any more, and number the others anew."""
    steps = [step for part in answer.parts for step in (*part.steps, *part.notes)]
    used = sorted({number for step in steps for number in step.citations})
    new = {number: position for position, number in enumerate(used, 1)}

    def moved(steps: Iterable[Step]) -> tuple[Step, ...]:
        return tuple(
            step.model_copy(update={"citations": tuple(new[n] for n in step.citations)})
            for step in steps
        )

    parts = tuple(
        part.model_copy(update={"steps": moved(part.steps), "notes": moved(part.notes)})
        for part in answer.parts
    )
    citations = tuple(answer.citations[number - 1] for number in used)
    return answer.model_copy(update={"parts": parts, "citations": citations})
