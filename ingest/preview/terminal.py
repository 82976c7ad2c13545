"""Parsed guides in the terminal: as trees, or one line per guide."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.preview.marks import counted_parts, in_all, kind_name, mark, role_name
from ingest.preview.understood import Understood, UnderstoodGuide, UnderstoodProblem
from ingest.remark import Remark
from kb.model import Block, BlockKind, Role, Section, Span
from kb.terminal.visible import in_a_line, visible

_ROLES = {Role.SYMPTOMS: "yellow", Role.CAUSE: "magenta", Role.RESOLUTION: "green"}
_COLUMNS = ("problems", "steps", "tables", "code", "remarks", "unused")
# Chosen by hand.
_MAX_NAMED = 3
_MIN_WIDTH = 12


@dataclass
class _Node:
    """A node of the tree: its place, its lines, and its children."""

    place: str
    lines: list[Text]
    children: list[_Node] = field(default_factory=list)


def show_trees(found: Understood, console: Console, *, full: bool) -> None:
    """Print each guide as a tree, with places on the left; one line per block unless `full`."""
    for guide in found.guides:
        _show_tree(guide, console, full=full)
        console.print()
    _show_others(found, console)
    if len(found.guides) > 1:
        console.print(Text(in_all(found)), soft_wrap=True)


def show_summary(found: Understood, console: Console) -> None:
    """Print one line per guide, and the totals."""
    if found.guides:
        console.print(_summary(found, console.width))
    _show_others(found, console)
    console.print(Text(in_all(found)), soft_wrap=True)


def _summary(found: Understood, width: int) -> Table:
    names = [name for name in _COLUMNS if getattr(found.counts, name)]
    table = Table("source", "title", "lang", box=None, pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, justify="right")
    sources = [
        _end_of(source, width // 3)
        for source in _short([in_a_line(guide.info.source) for guide in found.guides])
    ]
    widths = [max(map(cell_len, ["source", *sources])), len("lang"), *map(len, names)]
    left = max(_MIN_WIDTH, width - sum(widths) - 2 * len(widths))
    for guide, source in zip(found.guides, sources, strict=True):
        title = Text(in_a_line(guide.info.title), style="bold")
        title.truncate(left, overflow="ellipsis")
        table.add_row(
            Text(source, style="red" if guide.refusal else "cyan"),
            title,
            guide.info.language,
            *(_number(name, getattr(guide.counts, name)) for name in names),
        )
    return table


def _number(name: str, value: int) -> Text:
    if not value:
        return Text("·", style="dim")
    return Text(str(value), style="yellow" if name in ("remarks", "unused") else "")


def _end_of(text: str, widest: int) -> str:
    """Return a text with its beginning cut off to fit."""
    if cell_len(text) <= widest:
        return text
    while text and cell_len(text) >= widest:
        text = text[1:]
    return "…" + text


def _short(sources: Sequence[str]) -> list[str]:
    """Return source names without the folder they have in common."""
    if len(sources) < 2 or any("://" in source for source in sources):
        return list(sources)
    try:
        common = os.path.commonpath([PurePath(source).parent for source in sources])
    except ValueError:  # some are absolute
        return list(sources)
    return [os.path.relpath(source, common or ".") for source in sources]


def _show_others(found: Understood, console: Console) -> None:
    """Print what is not a guide, cannot be read, or would be refused."""
    others = found.passed_over
    if 0 < len(others) <= _MAX_NAMED:
        for path in others:
            console.print(Text(f"Not a guide, skipped: {visible(path)}"), soft_wrap=True)
    elif others:
        kinds = Counter(PurePath(path).suffix.lower() or "without an ending" for path in others)
        named = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
        said = f"Not guides, skipped: {len(others)} files ({visible(named)})"
        console.print(Text(said), soft_wrap=True)
    for guide in found.guides:
        if guide.refusal:
            said = f"Would be refused: {guide.info.source}: {guide.refusal}"
            console.print(Text(visible(said), style="red"), soft_wrap=True)
    for bad in found.unread:
        said = f"Cannot be read: {bad.source}: {bad.reason}"
        console.print(Text(visible(said), style="red"), soft_wrap=True)


def _show_tree(guide: UnderstoodGuide, console: Console, *, full: bool) -> None:
    info = guide.info
    console.print(
        Text.assemble((in_a_line(info.title), "bold"), (f"  {in_a_line(info.source)}", "cyan")),
        soft_wrap=True,
    )
    known = [f"language {info.language}", f"id {info.id}", *counted_parts(guide.counts)]
    console.print(Text("  " + ", ".join(known), style="dim"), soft_wrap=True)
    if guide.encoding:
        console.print(Text(f"  {in_a_line(guide.encoding)}", style="yellow"), soft_wrap=True)
    nodes = list(_nodes(guide, full=full))
    gutter = max([len(info.unit.value), *(len(place) for place in _places(nodes))])
    console.print(Text(f"{info.unit.value:>{gutter}}", style="dim"))
    for node in nodes:
        _print(node, console, gutter, "", "", full=full)


def _places(nodes: Iterable[_Node]) -> Iterator[str]:
    for node in nodes:
        yield node.place
        yield from _places(node.children)


def _print(
    node: _Node, console: Console, gutter: int, first: str, later: str, *, full: bool
) -> None:
    below = later + ("│   " if node.children else "    ")
    for number, line in enumerate(node.lines):
        place = node.place if number == 0 else ""
        branch = first if number == 0 else below
        start = Text.assemble((f"{place:>{gutter}} ", "cyan"), (branch, "dim"))
        if not full:
            line.truncate(
                max(_MIN_WIDTH, console.width - cell_len(start.plain)), overflow="ellipsis"
            )
        console.print(start.append_text(line), soft_wrap=True)
    for child in node.children:
        last = child is node.children[-1]
        _print(
            child,
            console,
            gutter,
            later + ("└── " if last else "├── "),
            later + ("    " if last else "│   "),
            full=full,
        )


def _nodes(guide: UnderstoodGuide, *, full: bool) -> Iterator[_Node]:
    for problem in guide.problems:
        yield _problem(problem, full=full)
    if guide.remarks:
        below = [_remark(remark) for remark in guide.remarks]
        yield _Node("", [Text("Left out, or read differently", style="bold yellow")], below)
    if guide.unused:
        below = [_Node(str(each.lines), [_words(each.text)]) for each in guide.unused]
        yield _Node("", [Text("In no section, so in no answer", style="bold yellow")], below)


def _remark(remark: Remark) -> _Node:
    text = Text.assemble((f"{kind_name(remark)}: ", "yellow"), in_a_line(remark.text))
    return _Node(str(remark.line), [text])


def _problem(problem: UnderstoodProblem, *, full: bool) -> _Node:
    first = problem.sections[0]
    heading = Text(in_a_line(problem.heading), style="bold")
    if len(problem.sections) == 1 and first.heading == problem.heading:
        above = " › ".join(first.path[:-1])
        before = Text(f"{in_a_line(above)} › " if above else "", style="dim")
        line = before.append_text(heading).append(f"  #{in_a_line(first.anchor)}", "dim")
        return _Node(str(first.lines), [line], [*_blocks(first.blocks, full=full)])
    return _Node("", [heading], [_section(section, full=full) for section in problem.sections])


def _section(section: Section, *, full: bool) -> _Node:
    role = role_name(section.role)
    line = Text.assemble(
        (f"{role}: " if role else "", _ROLES.get(section.role, "cyan")),
        in_a_line(section.heading),
        (f"  #{in_a_line(section.anchor)}", "dim"),
    )
    return _Node(str(section.lines), [line], [*_blocks(section.blocks, full=full)])


def _blocks(blocks: Iterable[Block], *, full: bool) -> Iterator[_Node]:
    for block in blocks:
        lines = _full(block) if full else [_short_text(block)]
        lines[0] = _mark(block, said=full or bool(lines[0])).append_text(lines[0])
        yield _Node(str(block.lines), lines, [*_blocks(block.children, full=full)])


def _mark(block: Block, *, said: bool) -> Text:
    name = mark(block)
    # Colours are not visible everywhere.
    colon = ":" if said and (name[-1].isalnum() or name.endswith("”")) else ""
    return Text(f"{name}{colon} ", style="cyan")


def _short_text(block: Block) -> Text:
    match block.kind:
        case BlockKind.CODE:
            first = next((line for line in block.text.split("\n") if line.strip()), "")
            return Text(in_a_line(first), style="green")
        case BlockKind.TABLE:
            return _words(" ⏎ ".join(" | ".join(row) for row in block.rows))
        case _:
            return _spans(block.spans)


def _full(block: Block) -> list[Text]:
    match block.kind:
        case BlockKind.CODE:
            code = [Text(in_a_line(line), style="green") for line in block.text.split("\n")]
            return [Text(), *code]
        case BlockKind.TABLE:
            return [Text(), *(_words(" | ".join(row)) for row in block.rows)]
        case _:
            return [_spans(block.spans, links=True)]


def _words(text: str) -> Text:
    return Text(in_a_line(text))


def _spans(spans: Iterable[Span], *, links: bool = False) -> Text:
    text = Text()
    for span in spans:
        looks = (("bold", span.bold), ("green", span.code), ("underline", span.href))
        styles = [style for style, has in looks if has]
        text.append(in_a_line(span.text), " ".join(styles))
        if links and span.href:
            text.append(f" <{in_a_line(span.href)}>", "dim")
    return text
