"""Shortens an answer that is too long for Slack, and says what was left out.

Explanation goes first, then detail nested under steps, then the end. The rest is shown whole and
in the guide's order; a button shows everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.words.words import SlackWords
from kb.answer.instructions import must_be_kept
from kb.model import Answer, Block, BlockKind, Part, Span, Step
from kb.text.counted import Amount
from kb.text.width import text_width

MAX_LINES = 25
"""Roughly what is read without scrolling."""

# Even an answer of steps alone ends here; the rest is one click away.
_MAX_STEP_LINES = 60
# Roughly what fits on a line in Slack's desktop window, in half-width characters.
_COLUMNS = 78
# A step's nested detail is a glance; longer code keeps enough lines to be recognised.
_MAX_DETAIL_LINES = 4
_MAX_CODE_LINES = 12
_FIRST_CODE_LINES = 8


class _Kind(Enum):
    """What is counted among the omissions."""

    ITEMS = "list items"
    CODES = "code blocks"
    ROWS = "table rows"
    LINES = "lines"


@dataclass(frozen=True)
class Shortened:
    """An answer, and a sentence about what was left out of it, if anything."""

    answer: Answer
    left_out: str = ""


def shorten(answer: Answer, strings: SlackWords) -> Shortened:
    """Shorten an answer to what can be read at a glance, as far as possible."""
    if _answer_lines(answer) <= MAX_LINES:
        return Shortened(answer)
    shorter = answer
    for cut in (_without_explanation, _without_notes, _without_detail, _without_end):
        shorter = cut(shorter, strings)
        if _answer_lines(shorter) <= MAX_LINES:
            break
    gone = _contents(answer)
    gone.subtract(_contents(shorter))
    left_out = _omissions(gone, strings)
    if shorter == answer:
        return Shortened(answer)
    return Shortened(_renumbered(shorter), left_out)


def without_explanation(answer: Answer) -> Answer:
    """Reduce an answer to its steps and the guide's warnings."""
    parts = [_with_notes(part, [n for n in part.notes if n.label]) for part in answer.parts]
    return _renumbered(_with_parts(answer, parts).model_copy(update={"see_also": ()}))


def text_lines(text: str) -> int:
    """Estimate how many lines a text takes in Slack."""
    return sum(max(1, -(-text_width(line) // _COLUMNS)) for line in text.rstrip("\n").split("\n"))


def _omissions(gone: Counter[_Kind], strings: SlackWords) -> str:
    ways = {
        _Kind.ITEMS: strings.left_items,
        _Kind.CODES: strings.left_codes,
        _Kind.ROWS: strings.left_rows,
        _Kind.LINES: strings.left_lines,
    }
    counts = [way.format(count=Amount(gone[kind])) for kind, way in ways.items() if gone[kind] > 0]
    return strings.left_out.format(what=strings.comma.join(counts)) if counts else ""


def _contents(answer: Answer) -> Counter[_Kind]:
    """Count an answer's content by kind."""
    found: Counter[_Kind] = Counter()
    for part in answer.parts:
        for step in (*part.steps, *part.notes):
            if step.kind in (BlockKind.STEP, BlockKind.BULLET):
                found[_Kind.ITEMS] += 1
            elif step.text:
                found[_Kind.LINES] += text_lines(step.text)
            for block in _all(step.children):
                found.update(_content(block))
    return found


def _content(block: Block) -> dict[_Kind, int]:
    match block.kind:
        case BlockKind.STEP | BlockKind.BULLET:
            return {_Kind.ITEMS: 1}
        case BlockKind.CODE:
            return {_Kind.CODES: 1}
        case BlockKind.TABLE:
            return {_Kind.ROWS: max(0, len(block.rows) - 1)}
        case _:
            # The bot's own notes about omissions (without an id) do not count.
            return {_Kind.LINES: text_lines(block.text) if block.text and block.id else 0}


def _all(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from _all(block.children)


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


def _with_notes(part: Part, notes: Sequence[Step]) -> Part:
    return part.model_copy(update={"notes": tuple(notes)})


def _without_explanation(answer: Answer, _: SlackWords) -> Answer:
    """Drop notes, except those the guide labels and those that instruct or forbid."""
    language = answer.guide_language or answer.language
    parts = [
        _with_notes(
            part, [n for n in part.notes if n.label or must_be_kept(n.guide_text, language)]
        )
        for part in answer.parts
    ]
    return _with_parts(answer, parts)


def _without_notes(answer: Answer, _: SlackWords) -> Answer:
    """Drop notes, except those the guide labels, such as "Important"."""
    parts = [_with_notes(part, [n for n in part.notes if n.label]) for part in answer.parts]
    return _with_parts(answer, parts)


def _without_detail(answer: Answer, strings: SlackWords) -> Answer:
    parts = [
        part.model_copy(update={"steps": tuple(_cut(step, strings) for step in part.steps)})
        for part in answer.parts
    ]
    return _with_parts(answer, parts)


def _cut(step: Step, strings: SlackWords) -> Step:
    """Cut what is nested under a step; long code keeps its first lines."""
    kept: list[Block] = []
    room = _MAX_DETAIL_LINES
    for position, block in enumerate(step.children):
        lines = _block_lines([block])
        is_code = block.kind is BlockKind.CODE
        if is_code and lines > _MAX_CODE_LINES:
            kept += _first_lines(block, strings)
            continue
        # The children of a step without text are its content, so they stay.
        if lines > room and not is_code and step.text:
            left = step.children[position:]
            kept.append(
                _bot_note(left[0], strings.more_lines.format(count=Amount(_block_lines(left))))
            )
            break
        kept.append(block)
        room -= 0 if is_code else lines
    return step.model_copy(update={"children": tuple(kept)})


def _first_lines(code: Block, strings: SlackWords) -> list[Block]:
    lines = code.text.rstrip("\n").split("\n")
    first = "\n".join(lines[:_FIRST_CODE_LINES])
    if len(lines) <= _FIRST_CODE_LINES:
        return [code]
    more = strings.more_lines.format(count=Amount(len(lines) - _FIRST_CODE_LINES))
    return [code.model_copy(update={"spans": (Span(text=first),)}), _bot_note(code, more)]


def _bot_note(at: Block, text: str) -> Block:
    """Return a note of the bot's in place of a guide's block."""
    return Block(id="", kind=BlockKind.PARAGRAPH, lines=at.lines, spans=(Span(text=text),))


def _without_end(answer: Answer, _: SlackWords) -> Answer:
    """Cut the end if the answer is still too long; at least one step stays."""
    parts: list[Part] = []
    room = _MAX_STEP_LINES
    for part in answer.parts:
        steps: list[Step] = []
        for step in part.steps:
            room -= _step_lines(step)
            if room < 0 and (steps or parts):
                break
            steps.append(step)
        if steps:
            parts.append(part.model_copy(update={"steps": tuple(steps)}))
        if room < 0:
            break
    return _with_parts(answer, parts)


def _renumbered(answer: Answer) -> Answer:
    """Drop citations that are no longer used, and renumber the rest."""
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
