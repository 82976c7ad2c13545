"""An answer as Slack messages: Block Kit blocks, and the text for notifications."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

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

from bot.limits import HEADER_CHARS, MESSAGE_BLOCKS, MESSAGE_BLOCKS_CHARS, RESPONSES
from bot.question import Place
from bot.views.buttons import ButtonTarget, choices, label_of, under_answer
from bot.views.message import (
    MAX_CONTEXT_CHARS,
    MAX_FALLBACK_CHARS,
    Message,
    context_block,
    escape,
    fallback_text,
    plain,
    texts_of,
)
from bot.views.rich_text import (
    Inline,
    block_elements,
    bullet,
    is_web_link,
    marks_elements,
    note_elements,
    paragraph,
    pieces,
    rich_text_blocks,
    shortened,
    step_elements,
)
from bot.views.shorten import shorten
from bot.views.tables import table_block
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.model import (
    Answer,
    BlockKind,
    Citation,
    Decision,
    Part,
    Rendering,
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
# Longer lists and lines are not read; the section is one click away.
_MAX_LINKS = 5
_MAX_TOPICS = 10
_MAX_SOURCE_CHARS = 150


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
    block = context_block(understood)
    text = fallback_text(f"{understood}\n") + message.text
    return replace(message, text=text[:MAX_FALLBACK_CHARS], blocks=(block, *message.blocks))


def _messages(
    answer: Answer, groups: Sequence[Sequence[Block]], strings: SlackWords
) -> list[Message]:
    heading = answer.parts[0].heading if answer.parts else ""
    texts = [_answer_text(answer)]
    for blocks in groups[1:]:
        text = "\n".join([strings.continued.format(heading=heading), *texts_of(blocks)])
        texts.append(fallback_text(text))
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
        groups[-1].append(context_block(strings.rest_in_whole))
    sections = by_problem(answer.citations)
    groups[-1] += under_answer(target, sections, strings, human=human, private=private)
    first, *rest = _messages(answer, groups, strings)
    return [_with_question(first, answer), *rest]


def asked_by(user: str, question: str) -> Message:
    """Return who asked what, to introduce an answer in a channel that has not seen the question."""
    first = RichTextSectionElement(elements=[Inline.User(user_id=user)])
    quote = [Inline.Text(text=piece) for piece in pieces(question or "…")]
    block = RichTextBlock(elements=[first, RichTextQuoteElement(elements=quote)])
    return Message(fallback_text(question), (block,))


def _answered(answer: Answer, strings: SlackWords, left_out: str) -> Iterator[Block]:
    heading = None
    has_table = False
    for part in answer.parts:
        if part.heading != heading:
            heading = part.heading
            yield from _heading(heading, answer, strings)
        blocks = list(_part_blocks(part, strings, may_have_table=not has_table))
        has_table = has_table or any(isinstance(block, TableBlock) for block in blocks)
        yield from blocks
    if answer.see_also:
        elements = paragraph([Span(text=strings.see_also, bold=True)])
        for span in _deduplicated(answer.see_also)[:_MAX_LINKS]:
            elements += bullet([span])
        yield from rich_text_blocks(elements)
    if answer.more:
        more = strings.also_there.format(headings=strings.comma.join(answer.more))
        left_out = f"{left_out}\n{more}".strip()
    if left_out:
        yield context_block(left_out)
    if answer.rendering:
        yield context_block(strings.rendering(answer.rendering))
    yield from _sources(answer.citations, strings)


def _heading(heading: str, answer: Answer, strings: SlackWords) -> Iterator[Block]:
    """Yield a heading, and that the guide is in another language than the answer."""
    if heading.strip():
        yield HeaderBlock(text=PlainTextObject(text=shortened(heading, HEADER_CHARS), emoji=False))
    foreign = answer.guide_language not in (None, answer.language)
    if foreign and answer.rendering is not Rendering.TRANSLATED:
        name = language_name(answer.guide_language or "", answer.language)
        yield context_block(strings.original_language.format(language=name))


def _part_blocks(part: Part, strings: SlackWords, *, may_have_table: bool) -> Iterator[Block]:
    """Yield a part's caption, steps and notes.

    Slack allows one table per message, as a block of its own: the first, if there may be one.
    """
    elements: list[RichTextElement] = []
    if part.caption:
        elements += paragraph([Span(text=part.caption, bold=True)])
    for number, step in numbered_steps(part.steps):
        table = _table_of(step) if may_have_table else None
        if table is None:
            elements += step_elements(number, step)
            continue
        may_have_table = False
        before, block, after = table
        if step.text or before:
            elements += step_elements(number, step.model_copy(update={"children": before}))
        yield from rich_text_blocks(elements)
        yield block
        elements = block_elements(after)
        if not step.text and not before:
            elements += marks_elements(step)
    yield from rich_text_blocks(elements)
    if part.omitted:
        numbers = ", ".join(map(str, part.omitted))
        yield context_block(strings.steps_left_out.format(numbers=numbers))
    if part.notes:
        elements = paragraph([Span(text=strings.notes, bold=True)])
        for note in part.notes:
            elements += note_elements(note)
        yield from rich_text_blocks(elements)


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
    blocks = (*rich_text_blocks(elements), *rich_text_blocks(examples))
    return Message(escape("\n".join(texts_of(blocks))), blocks)


def _choices(answer: Answer, strings: SlackWords, target: ButtonTarget | None) -> Iterator[Block]:
    lead = paragraph([Span(text=strings.which, bold=True)])
    yield from _to_choose(lead, answer.choices, target)
    yield context_block(strings.none_of_these)


def _to_choose(
    lead: list[RichTextElement], citations: Sequence[Citation], target: ButtonTarget | None
) -> Iterator[Block]:
    """Yield problems as buttons, plus a list if there can be no buttons or their labels collide."""
    buttons = choices(target, citations) if target else []
    if not buttons or not _are_told_apart(citations):
        for citation in citations:
            lead += bullet([Span(text=citation.breadcrumb, href=citation.url)])
    yield from rich_text_blocks(lead)
    yield from buttons


def _are_told_apart(citations: Sequence[Citation]) -> bool:
    """Whether button labels are enough to tell sections apart."""
    labels = {label_of(citation) for citation in citations}
    return len(labels) == len(citations) and len({c.guide_id for c in citations}) == 1


def _choices_text(answer: Answer, strings: SlackWords) -> str:
    breadcrumbs = [citation.breadcrumb for citation in answer.choices]
    return fallback_text("\n".join([strings.which, *breadcrumbs, strings.none_of_these]))


def _not_covered(
    answer: Answer, strings: SlackWords, target: ButtonTarget | None
) -> Iterator[Block]:
    lead = paragraph([Span(text=strings.not_covered, bold=True)])
    if answer.nearest:
        lead += paragraph([Span(text=strings.nearest)])
    yield from _to_choose(lead, answer.nearest, target)
    # A separate block, because Slack puts no space between paragraphs within one.
    yield from rich_text_blocks(paragraph([Span(text=strings.rephrase)]))


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
        if len(linked) <= MAX_CONTEXT_CHARS:
            return MarkdownTextObject(text=linked, verbatim=True)
    return PlainTextObject(text=text[:MAX_CONTEXT_CHARS], emoji=False)


def _url_sources(citations: Sequence[Citation]) -> Iterator[UrlSourceElement]:
    for numbered in by_section(citations):
        citation = numbered[0][1]
        if is_web_link(citation.url):
            label = shortened(citation.breadcrumb, _MAX_SOURCE_CHARS)
            yield UrlSourceElement(url=str(citation.url), text=label)


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
    return fallback_text("\n".join(lines))


def _not_covered_text(answer: Answer, strings: SlackWords) -> str:
    nearest = [citation.breadcrumb for citation in answer.nearest]
    parts = [
        strings.not_covered,
        *([strings.nearest, *nearest] if nearest else []),
        strings.rephrase,
    ]
    return fallback_text("\n".join(parts))
