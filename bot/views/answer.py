"""An answer as Slack messages: Block Kit blocks, and the text for notifications."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    TableBlock,
)
from slack_sdk.models.blocks.block_elements import UrlSourceElement

from bot.limits import (
    HEADER_CHARS,
    MESSAGE_BLOCKS,
    MESSAGE_BLOCKS_CHARS,
    RESPONSES,
    UPDATE_TEXT_CHARS,
    VIEW_BLOCKS,
)
from bot.question import Place
from bot.views.buttons import ButtonTarget, choices, label_of, under_answer
from bot.views.rich_text import (
    Inline,
    block_elements,
    bullet,
    is_web_link,
    marks_elements,
    note_elements,
    paragraph,
    pieces,
    shortened,
    step_elements,
)
from bot.views.shorten import shorten, text_lines
from bot.views.tables import table_block
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.model import (
    Answer,
    BlockKind,
    Citation,
    Decision,
    GuideInfo,
    Lines,
    Rendering,
    Role,
    Section,
    Span,
    Step,
    by_problem,
    by_section,
    numbered_steps,
)
from kb.model import Block as GuideBlock
from kb.text.language import with_colon
from kb.words.catalogue import language_name

# For the buttons under an answer, and how the question was understood above it.
_RESERVED_BLOCKS = 3
# One response is for a warning or who asked, one for deleting the original.
_MAX_RESPONSES = RESPONSES - 2
# Slack has refused messages below its limit. Counted in the blocks' JSON, this is two full rich
# text blocks, a heading and the sources.
_MAX_MESSAGE_CHARS = MESSAGE_BLOCKS_CHARS - 3700
# Small enough to split messages between blocks.
_MAX_RICH_TEXT_CHARS = 4000
# A margin below what chat.update takes, since the text may become an update.
_MAX_FALLBACK_CHARS = UPDATE_TEXT_CHARS - 1000
# Longer lists and lines are not read; the section is one click away.
_MAX_LINKS = 5
_MAX_TOPICS = 10
_MAX_CONTEXT_CHARS = 2000
# Leaves room for the source below it.
_MAX_PLACE_CHARS = 1000
_MAX_SOURCE_CHARS = 150

# Leaves room for the context above and the note about what is missing below.
_MAX_VIEW_BLOCKS = VIEW_BLOCKS - 10
# Far below what Slack takes, and more than anyone scrolls through.
_MAX_VIEW_CHARS = 40_000


@dataclass(frozen=True)
class Message:
    """One message: `text` is what notifications and screen readers get, escaped.

    `sources` are the web pages it cites, which Slack shows by themselves in a task card.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    sources: tuple[UrlSourceElement, ...] = ()


def render(answer: Answer, place: Place | None = None, *, human: bool = False) -> list[Message]:
    """Return an answer as messages to post in order; most answers are one.

    If the question was reworded to be understood, the wording comes first.

    With the question's `place`, buttons follow, including one that asks a human if `human`. One
    shows the whole section, so a long answer can be cut down to its steps.
    """
    first, *rest = _rendered(answer, place, human=human)
    return [_with_question(first, answer), *rest]


def _rendered(answer: Answer, place: Place | None, *, human: bool) -> list[Message]:
    strings = words(answer.language)
    target = (
        ButtonTarget(ts=place.ts, thread_ts=place.thread_ts, language=answer.language)
        if place
        else None
    )
    if answer.decision is Decision.SMALL_TALK:
        return [_small_talk(answer, strings)]
    if answer.decision is Decision.NOT_COVERED:
        blocks = [*_not_covered(answer, strings, target)]
        if target and human:
            blocks += under_answer(target, (), strings, human=True, rated=False)
        return [Message(_not_covered_text(answer, strings), tuple(blocks))]
    if answer.decision is Decision.CHOOSE:
        asked = [*_choices(answer, strings, target)]
        if target:
            asked += under_answer(target, (), strings, human=human, rated=False)
        return [Message(_choices_text(answer, strings), tuple(asked))]
    left_out = ""
    if target:
        short = shorten(answer, strings)
        answer, left_out = short.answer, short.left_out
    groups = _split(list(_answered(answer, strings, left_out)))
    if target:
        sections = by_problem(answer.citations)
        groups[-1] += under_answer(target, sections, strings, human=human)
    return _messages(answer, groups, strings)


def _with_question(message: Message, answer: Answer) -> Message:
    """Put the question as it was understood above a message."""
    if not answer.understood:
        return message
    understood = words(answer.language).understood.format(question=answer.understood)
    block = _context(understood)
    text = _fallback(f"{understood}\n") + message.text
    return replace(message, text=text[:_MAX_FALLBACK_CHARS], blocks=(block, *message.blocks))


def _messages(
    answer: Answer, groups: Sequence[Sequence[Block]], strings: SlackWords
) -> list[Message]:
    heading = answer.parts[0].heading if answer.parts else ""
    texts = [_answer_text(answer)]
    for blocks in groups[1:]:
        text = "\n".join([strings.continued.format(heading=heading), *_texts(blocks)])
        texts.append(_fallback(text))
    first, *rest = [Message(text, tuple(b)) for text, b in zip(texts, groups, strict=True)]
    return [replace(first, sources=tuple(_url_sources(answer.citations))), *rest]


def render_privately(answer: Answer, place: Place, *, human: bool = False) -> list[Message]:
    """Return an answer as messages that only the asker sees, with buttons to expand and share it.

    There are few enough of them for one response_url.
    """
    if answer.decision is not Decision.ANSWER:
        return render(answer, place, human=human)
    return _for_response(
        answer, ButtonTarget(ts=place.ts, language=answer.language), human, private=True
    )


def render_shared(answer: Answer, place: Place, user: str, *, human: bool) -> list[Message]:
    """Return an answer as messages for a channel that has not seen the question."""
    target = ButtonTarget(ts=place.ts, language=answer.language)
    asked = asked_by(user, answer.question)
    return [asked, *_for_response(answer, target, human, private=False)]


def _for_response(
    answer: Answer, target: ButtonTarget, human: bool, *, private: bool
) -> list[Message]:
    strings = words(answer.language)
    short = shorten(answer, strings)
    groups = _split(list(_answered(short.answer, strings, short.left_out)))
    if len(groups) > _MAX_RESPONSES:
        groups = groups[:_MAX_RESPONSES]
        groups[-1].append(_context(strings.rest_in_whole))
    sections = by_problem(answer.citations)
    groups[-1] += under_answer(target, sections, strings, human=human, private=private)
    first, *rest = _messages(answer, groups, strings)
    return [_with_question(first, answer), *rest]


def asked_by(user: str, question: str) -> Message:
    """Return who asked what, to introduce an answer in a channel that has not seen the question."""
    first = RichTextSectionElement(elements=[Inline.User(user_id=user)])
    quote = [Inline.Text(text=piece) for piece in pieces(question or "…")]
    block = RichTextBlock(elements=[first, RichTextQuoteElement(elements=quote)])
    return Message(_fallback(question), (block,))


def plain(text: str) -> Message:
    """Return a message with the bot's own words, free of markup."""
    return Message(escape(text), (RichTextBlock(elements=paragraph([Span(text=text)])),))


def escape(text: str) -> str:
    """Escape a text, so that Slack shows it literally: no mention, link or channel.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _answered(answer: Answer, strings: SlackWords, left_out: str) -> Iterator[Block]:
    heading = None
    has_table = False
    for part in answer.parts:
        if part.heading != heading:
            heading = part.heading
            if heading.strip():
                yield HeaderBlock(
                    text=PlainTextObject(text=shortened(heading, HEADER_CHARS), emoji=False)
                )
            foreign = answer.guide_language not in (None, answer.language)
            if foreign and answer.rendering is not Rendering.TRANSLATED:
                name = language_name(answer.guide_language or "", answer.language)
                yield _context(strings.original_language.format(language=name))
        elements: list[RichTextElement] = []
        if part.caption:
            elements += paragraph([Span(text=part.caption, bold=True)])
        for number, step in numbered_steps(part.steps):
            table = None if has_table else _table_of(step)
            if table is None:
                elements += step_elements(number, step)
                continue
            # Slack allows one table per message, as a block of its own.
            has_table = True
            before, block, after = table
            if step.text or before:
                elements += step_elements(number, step.model_copy(update={"children": before}))
            yield from _rich_text(elements)
            yield block
            elements = block_elements(after)
            if not step.text and not before:
                elements += marks_elements(step)
        yield from _rich_text(elements)
        if part.omitted:
            numbers = ", ".join(map(str, part.omitted))
            text = strings.steps_left_out.format(numbers=numbers)
            yield _context(text)
        if part.notes:
            elements = paragraph([Span(text=strings.notes, bold=True)])
            for note in part.notes:
                elements += note_elements(note)
            yield from _rich_text(elements)
    if answer.see_also:
        elements = paragraph([Span(text=strings.see_also, bold=True)])
        for span in _deduplicated(answer.see_also)[:_MAX_LINKS]:
            elements += bullet([span])
        yield from _rich_text(elements)
    if answer.more:
        more = strings.also_there.format(headings=strings.comma.join(answer.more))
        left_out = f"{left_out}\n{more}".strip()
    if left_out:
        yield _context(left_out)
    if answer.rendering:
        yield _context(strings.rendering(answer.rendering))
    yield from _sources(answer.citations, strings)


def _deduplicated(links: Iterable[Span]) -> list[Span]:
    """Deduplicate links by target."""
    return list(
        {(link.href or link.text).rstrip("/"): link for link in reversed(list(links))}.values()
    )[::-1]


def _table_of(
    step: Step,
) -> tuple[Sequence[GuideBlock], TableBlock, Sequence[GuideBlock]] | None:
    """Return a step's first table, and the blocks before and after it."""
    for position, child in enumerate(step.children):
        block = table_block(child.rows) if child.kind is BlockKind.TABLE else None
        if block is not None:
            return step.children[:position], block, step.children[position + 1 :]
    return None


def _small_talk(answer: Answer, strings: SlackWords) -> Message:
    if short := strings.short_word(answer.talk):
        return plain(short)
    elements = paragraph([Span(text=strings.hello)])
    for title in answer.topics[:_MAX_TOPICS]:
        elements += bullet([Span(text=title)])
    examples = paragraph([Span(text=strings.examples_label)]) if answer.examples else []
    for example in answer.examples:
        examples += bullet([Span(text=example)])
    blocks = (*_rich_text(elements), *_rich_text(examples))
    return Message(escape("\n".join(_texts(blocks))), blocks)


def problem_blocks(
    problem: Sequence[Section], guide: GuideInfo, strings: SlackWords
) -> list[Block]:
    """Return a whole problem as the guide has it, with a note of how much one view cannot hold."""
    first = problem[0]
    path = first.path if first.role is Role.WHOLE else first.problem_path
    breadcrumb = shortened(" › ".join(dict.fromkeys((guide.title, *path))), _MAX_PLACE_CHARS)
    lines = Lines(first=first.lines.first, last=max(each.lines.last for each in problem))
    where = f"{PurePath(guide.source).name}, {strings.lines_of(guide.unit, str(lines))}"
    blocks: list[Block] = [_context(f"{breadcrumb}\n{where}")]
    used = 0
    rich = [block for section in problem for block in _whole(section, len(problem) > 1)]
    for position, block in enumerate(rich):
        used += len(str(block.to_dict()))
        if used > _MAX_VIEW_CHARS or position == _MAX_VIEW_BLOCKS:
            left = sum(map(text_lines, _texts(rich[position:])))
            more = strings.more_in_guide.format(count=left, source=PurePath(guide.source).name)
            blocks.append(_context(more))
            break
        blocks.append(block)
    return blocks


def _whole(section: Section, headed: bool) -> Iterator[Block]:
    if headed and section.heading.strip():
        yield from _rich_text(paragraph([Span(text=section.heading, bold=True)]))
    for group in _paragraphs(section.blocks):
        yield from _rich_text(group)


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


def _choices(answer: Answer, strings: SlackWords, target: ButtonTarget | None) -> Iterator[Block]:
    lead = paragraph([Span(text=strings.which, bold=True)])
    yield from _to_choose(lead, answer.choices, target)
    yield _context(strings.none_of_these)


def _to_choose(
    lead: list[RichTextElement], citations: Sequence[Citation], target: ButtonTarget | None
) -> Iterator[Block]:
    """Yield problems as buttons, plus a list if there can be no buttons or their labels collide."""
    buttons = choices(target, citations) if target else []
    if not buttons or not _are_told_apart(citations):
        for citation in citations:
            lead += bullet([Span(text=citation.breadcrumb, href=citation.url)])
    yield from _rich_text(lead)
    yield from buttons


def _are_told_apart(citations: Sequence[Citation]) -> bool:
    """Whether button labels are enough to tell sections apart."""
    labels = {label_of(citation) for citation in citations}
    return len(labels) == len(citations) and len({c.guide_id for c in citations}) == 1


def _choices_text(answer: Answer, strings: SlackWords) -> str:
    breadcrumbs = [citation.breadcrumb for citation in answer.choices]
    return _fallback("\n".join([strings.which, *breadcrumbs, strings.none_of_these]))


def _not_covered(
    answer: Answer, strings: SlackWords, target: ButtonTarget | None
) -> Iterator[Block]:
    lead = paragraph([Span(text=strings.not_covered, bold=True)])
    if answer.nearest:
        lead += paragraph([Span(text=strings.nearest)])
    yield from _to_choose(lead, answer.nearest, target)
    # A separate block, because Slack puts no space between paragraphs within one.
    yield from _rich_text(paragraph([Span(text=strings.rephrase)]))


def _sources(citations: Sequence[Citation], strings: SlackWords) -> Iterator[Block]:
    """Yield the sources, one line per section, with [n] if there are several.

    Line numbers appear in the whole section and in the terminal.
    """
    groups = by_section(citations)
    for numbered in groups:
        source = _source(numbered, strings, marked=len(groups) > 1)
        yield ContextBlock(elements=[source])


def _source(
    numbered: Sequence[tuple[int, Citation]], strings: SlackWords, *, marked: bool
) -> PlainTextObject | MarkdownTextObject:
    citation = numbered[0][1]
    marks = "".join(f"[{number}]" for number, _ in numbered) + " " if marked else ""
    text = with_colon(strings.sources) + marks + citation.breadcrumb
    if is_web_link(citation.url):
        # A context block cannot hold rich text, so this link is the only markup we write.
        url = escape(str(citation.url)).replace("|", "%7C")
        linked = f"<{url}|{escape(text)}>"
        if len(linked) <= _MAX_CONTEXT_CHARS:
            return MarkdownTextObject(text=linked, verbatim=True)
    return PlainTextObject(text=text[:_MAX_CONTEXT_CHARS], emoji=False)


def _url_sources(citations: Sequence[Citation]) -> Iterator[UrlSourceElement]:
    for numbered in by_section(citations):
        citation = numbered[0][1]
        if is_web_link(citation.url):
            label = shortened(citation.breadcrumb, _MAX_SOURCE_CHARS)
            yield UrlSourceElement(url=str(citation.url), text=label)


def _context(text: str) -> ContextBlock:
    short = shortened(text, _MAX_CONTEXT_CHARS)
    return ContextBlock(elements=[PlainTextObject(text=short, emoji=False)])


def _rich_text(elements: Iterable[RichTextElement]) -> Iterator[RichTextBlock]:
    group: list[RichTextElement] = []
    used = 0
    for element in elements:
        if isinstance(element, RichTextSectionElement) and not element.elements:
            continue
        length = len(str(element.to_dict()))
        if group and used + length > _MAX_RICH_TEXT_CHARS:
            yield RichTextBlock(elements=group)
            group, used = [], 0
        group.append(element)
        used += length
    if group:
        yield RichTextBlock(elements=group)


def _split(blocks: Sequence[Block]) -> list[list[Block]]:
    """Split blocks into messages within Slack's limits."""
    groups: list[list[Block]] = [[]]
    used = 0
    for block in blocks:
        length = len(str(block.to_dict()))
        if groups[-1] and (
            used + length > _MAX_MESSAGE_CHARS
            or len(groups[-1]) == MESSAGE_BLOCKS - _RESERVED_BLOCKS
        ):
            groups.append([])
            used = 0
        groups[-1].append(block)
        used += length
    return groups


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the text in blocks."""
    waiting: list[object] = [block.to_dict() for block in reversed(list(blocks))]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("text"), str) and value.get("type") != "mrkdwn":
                yield value["text"]
            waiting.append(value.get("text"))
            waiting.append(value.get("elements"))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _answer_text(answer: Answer) -> str:
    lines: list[str] = []
    for part in answer.parts:
        if part.heading not in lines:
            lines.append(part.heading)
        lines += [part.caption] if part.caption else []
        for number, step in numbered_steps(part.steps):
            mark = f"{number}. " if step.kind is BlockKind.STEP else ""
            lines += [f"{mark}{step.text}"] if step.text else []
            lines += [child.full_text for child in step.children]
    return _fallback("\n".join(lines))


def _not_covered_text(answer: Answer, strings: SlackWords) -> str:
    nearest = [citation.breadcrumb for citation in answer.nearest]
    parts = [
        strings.not_covered,
        *([strings.nearest, *nearest] if nearest else []),
        strings.rephrase,
    ]
    return _fallback("\n".join(parts))


def _fallback(text: str) -> str:
    """Escape a text, cut so that it also fits into an update."""
    kept = shortened(text, _MAX_FALLBACK_CHARS)
    while len(escape(kept)) > _MAX_FALLBACK_CHARS:
        kept = shortened(kept, len(kept) - (len(escape(kept)) - _MAX_FALLBACK_CHARS) // 4 - 1)
    return escape(kept)
