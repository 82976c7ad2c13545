"""Renders an answer in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from kb.model import (
    Answer,
    Block,
    BlockKind,
    Citation,
    Decision,
    Part,
    Rendering,
    Span,
    Step,
    by_section,
    line_marks,
    numbered_steps,
)
from kb.text.language import with_colon
from kb.words.catalogue import language_name, words
from kb.words.words import Words

# More do not fit on a screen.
_MAX_TOPICS = 10


def show(answer: Answer, console: Console) -> None:
    """Print an answer."""
    strings = words(answer.language)
    if answer.secrets:
        kinds = ", ".join(answer.secrets)
        console.print(Text(strings.secret_pasted.format(kinds=kinds), style="bold red"))
    if answer.understood:
        console.print(Text(strings.understood.format(question=answer.understood), style="italic"))
    match answer.decision:
        case Decision.SMALL_TALK:
            console.print(Group(*_small_talk(answer, strings)))
        case Decision.CHOOSE:
            console.print(Group(*_choices(answer, strings)))
        case Decision.NOT_COVERED:
            console.print(Group(*_not_covered(answer, strings)))
        case _:
            console.print(Group(*_answered(answer, strings)))


def _small_talk(answer: Answer, strings: Words) -> Iterator[RenderableType]:
    if short := strings.short_word(answer.talk):
        yield Text(short)
        return
    yield Text(strings.hello)
    for title in answer.topics[:_MAX_TOPICS]:
        yield Text(f"  • {title}")
    if answer.examples:
        yield Text(strings.examples_label)
    for example in answer.examples:
        yield Text(f"  {example}", style="dim")


def _choices(answer: Answer, strings: Words) -> Iterator[RenderableType]:
    yield Text(strings.which, style="bold")
    for number, citation in enumerate(answer.choices, 1):
        lines = strings.lines_of(citation.unit, str(citation.lines))
        yield _marked(f"{number}.", [_place(citation, lines)])
    yield Text(strings.none_of_these, style="dim")
    yield Text(strings.confidence.format(share=answer.confidence), style="dim")


def _answered(answer: Answer, strings: Words) -> Iterator[RenderableType]:
    for position, part in enumerate(answer.parts):
        if position == 0 or part.heading != answer.parts[position - 1].heading:
            yield Text(part.heading, style="bold")
        foreign = answer.guide_language not in (None, answer.language)
        if position == 0 and foreign and answer.rendering is not Rendering.TRANSLATED:
            name = language_name(answer.guide_language or "", answer.language)
            yield Text(strings.original_language.format(language=name), style="dim")
        yield from _part(part, strings)
    yield Text()
    if answer.rendering:
        yield Text(strings.rendering(answer.rendering), style="dim italic")
    sure = strings.confidence.format(share=answer.confidence)
    yield Text(f"{strings.sources}  {sure}", style="bold dim")
    for numbered in by_section(answer.citations):
        yield _source(numbered, strings)
    if answer.more:
        headings = strings.comma.join(answer.more)
        yield Text(strings.also_there.format(headings=headings), style="dim")
    if answer.see_also:
        yield Text(strings.see_also, style="bold dim")
        for link in answer.see_also:
            text = Text.assemble((link.text, f"link {link.href}"), (f"  {link.href}", "dim"))
            yield Padding(text, (0, 0, 0, 2))


def _part(part: Part, strings: Words) -> Iterator[RenderableType]:
    if part.caption:
        yield Padding(Text(part.caption, style="bold cyan"), (1, 0, 0, 0))
    for number, step in numbered_steps(part.steps):
        yield _step(number, step)
    if part.omitted:
        numbers = ", ".join(map(str, part.omitted))
        yield Text(f" {strings.steps_left_out.format(numbers=numbers)}", style="yellow")
    if part.notes:
        yield Padding(Text(strings.notes, style="bold dim"), (1, 0, 0, 0))
        for note in part.notes:
            yield _note(note)


def _step(number: int, step: Step) -> RenderableType:
    marks = {BlockKind.STEP: f"{number}.", BlockKind.BULLET: "•"}
    return _marked(marks.get(step.kind, ""), _words(step, ""))


def _note(step: Step) -> RenderableType:
    mark = "  •" if step.kind is BlockKind.BULLET else "·"
    return _marked(mark, _words(step, "dim"))


def _words(step: Step, style: str) -> list[RenderableType]:
    label = [Span(text=with_colon(step.label), bold=True)] if step.label else []
    text = _text([*label, *step.spans], style)
    marks = "".join(f" [{number}]" for number in step.citations)
    text.append(marks if step.text else marks.lstrip(), style="cyan")
    original = [_text(step.original, "dim italic")] if step.original else []
    inner = [*original, *_children(step.children)]
    # Code and tables have no text of their own.
    return [text, *inner] if step.text else [*inner, text]


def _children(blocks: Iterable[Block]) -> Iterator[RenderableType]:
    for block in blocks:
        inner = [*_children(block.children)]
        match block.kind:
            case BlockKind.CODE:
                code = Syntax(
                    block.text, block.info or "text", background_color="default", word_wrap=True
                )
                yield Padding(code, (0, 2))
            case BlockKind.TABLE:
                yield _table(block)
            case BlockKind.STEP:
                yield _marked(f"{block.number}.", [_text(block.spans), *inner])
            case BlockKind.BULLET:
                yield _marked("•", [_text(block.spans), *inner])
            case BlockKind.LINKS:
                yield Group(*inner)
            case BlockKind.NOTE:
                note = Group(_text(block.spans), *inner)
                yield Panel(note, title=block.label, title_align="left", border_style="dim")
            case _:
                yield Group(_text(block.spans), *inner)


def _marked(mark: str, content: list[RenderableType]) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(mark, Group(*content))
    return Padding(grid, (0, 0, 0, 1))


def _table(block: Block) -> RenderableType:
    header, *rows = block.rows or ((),)
    table = Table()
    for cell in header:
        table.add_column(Text(cell))
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _text(spans: Iterable[Span], style: str = "") -> Text:
    text = Text(style=style, overflow="fold")
    for span in spans:
        styles = [
            *(["bold"] if span.bold else []),
            *(["green"] if span.code else []),
            *([f"link {span.href}"] if span.href and span.href.startswith("http") else []),
        ]
        text.append(span.text, style=" ".join(styles))
    return text


def _source(numbered: Sequence[tuple[int, Citation]], strings: Words) -> RenderableType:
    text = _place(numbered[0][1], strings.lines_of(numbered[0][1].unit, line_marks(numbered)))
    return Padding(text, (0, 0, 0, 2))


def _place(citation: Citation, lines: str) -> Text:
    text = Text.assemble(citation.breadcrumb, (f"\n{citation.source}, {lines}", "dim"))
    if citation.url:
        text.append(f"\n{citation.url}", style=f"dim link {citation.url}")
    return text


def _not_covered(answer: Answer, strings: Words) -> Iterator[RenderableType]:
    yield Text(strings.not_covered, style="bold")
    if answer.nearest:
        yield Text(strings.nearest)
        for citation in answer.nearest:
            yield _marked(
                "•", [_place(citation, strings.lines_of(citation.unit, str(citation.lines)))]
            )
    yield Text(strings.rephrase, style="dim")
    yield Text(strings.confidence.format(share=answer.confidence), style="dim")
