"""A whole problem as the guide has it, for a modal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from slack_sdk.models.blocks import Block, RichTextElement

from bot.limits import VIEW_BLOCKS
from bot.views.message import context_block, texts_of
from bot.views.rich_text import block_elements, paragraph, rich_text_blocks, shortened
from bot.views.shorten import text_lines
from bot.words.words import SlackWords
from kb.model import Block as GuideBlock
from kb.model import BlockKind, GuideInfo, Lines, Role, Section, Span
from kb.text.counted import Amount

# Leaves room for the context above and the note about what is missing below.
_MAX_VIEW_BLOCKS = VIEW_BLOCKS - 10
# Far below Slack's limit, and more than anyone scrolls through.
_MAX_VIEW_CHARS = 40_000
# Leaves room for the source below it.
_MAX_PLACE_CHARS = 1000


def problem_blocks(
    problem: Sequence[Section], guide: GuideInfo, strings: SlackWords
) -> list[Block]:
    """Return a whole problem as the guide has it, with a note of how much one view cannot hold."""
    first = problem[0]
    path = first.path if first.role is Role.WHOLE else first.problem_path
    breadcrumb = shortened(" › ".join(dict.fromkeys((guide.title, *path))), _MAX_PLACE_CHARS)
    lines = Lines(first=first.lines.first, last=max(each.lines.last for each in problem))
    where = f"{PurePath(guide.source).name}, {strings.lines_of(guide.unit, str(lines))}"
    blocks: list[Block] = [context_block(f"{breadcrumb}\n{where}")]
    used = 0
    rich = [block for section in problem for block in _whole(section, len(problem) > 1)]
    for position, block in enumerate(rich):
        used += len(str(block.to_dict()))
        if used > _MAX_VIEW_CHARS or position == _MAX_VIEW_BLOCKS:
            left = sum(map(text_lines, texts_of(rich[position:])))
            more = strings.more_in_guide.format(
                count=Amount(left), source=PurePath(guide.source).name
            )
            blocks.append(context_block(more))
            break
        blocks.append(block)
    return blocks


def _whole(section: Section, headed: bool) -> Iterator[Block]:
    if headed and section.heading.strip():
        yield from rich_text_blocks(paragraph([Span(text=section.heading, bold=True)]))
    for group in _paragraphs(section.blocks):
        yield from rich_text_blocks(group)


def _paragraphs(blocks: Sequence[GuideBlock]) -> Iterator[list[RichTextElement]]:
    """Yield what belongs together: a list with its code and caption, a paragraph, a note.

    Each becomes a block, because Slack puts no space between paragraphs within one.
    """
    group: list[GuideBlock] = []
    for block in blocks:
        if group and block.kind not in (BlockKind.STEP, BlockKind.BULLET, BlockKind.CODE):
            yield block_elements(group)
            group = []
        group.append(block)
    if group:
        yield block_elements(group)
