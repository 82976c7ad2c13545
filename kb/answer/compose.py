"""A section to an answer's parts: steps in the guide's own words, each with its citation.

Nothing here writes words: a step is a block of the guide, or some of its sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kb.answer.instructions import is_instruction
from kb.model import (
    Block,
    BlockKind,
    Citation,
    GuideInfo,
    Lines,
    Part,
    Section,
    Span,
    Step,
)
from kb.text.sentences import sentences

_MOST_NOTES = 3
_MOST_NOTE_CHARACTERS = 500
_MOST_PLAIN_STEPS = 6

_LONGEST_TERM = 30
_WITHOUT_SPACES = ("ja", "zh", "th")

# The end of a paragraph that has its list, code or table under it.
_INTRODUCES = re.compile(r"[:：]\s*$|(?:以下|次)の[^。]*[。:：]?\s*$|\bfollowing\b[^.]*[.:]?\s*$")
_PARAGRAPH = BlockKind.PARAGRAPH
_LISTED = (BlockKind.STEP, BlockKind.BULLET)
_ATTACHED = (BlockKind.CODE, BlockKind.TABLE)


@dataclass
class Composed:
    """The parts of an answer, and the citations that their steps point at (1-based)."""

    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    see_also: tuple[Span, ...]


def cite(
    section: Section, guide: GuideInfo, snapshot: str, lines: Lines | None = None, quote: str = ""
) -> Citation:
    """Return the citation of a section, or of some lines in it."""
    return Citation(
        guide_id=guide.id,
        guide_title=guide.title,
        language=guide.language,
        path=section.path,
        anchor=section.anchor,
        source=guide.source,
        lines=lines or section.lines,
        quote=quote,
        snapshot=snapshot,
        url=section.url,
        unit=guide.unit,
    )


def compose(section: Section, guide: GuideInfo, snapshot: str) -> Composed:
    """Return what a section tells a person to do, in the section's order.

    Its procedures are its steps, where it has them. Otherwise the sentences that say what
    to do are; if it says nothing of the kind, its first blocks are.
    """
    return _Composer(section, guide, snapshot).compose()


def together(composed: Sequence[Composed]) -> Composed:
    """Return what several sections say as one, the citations numbered through."""
    parts: list[Part] = []
    citations: list[Citation] = []
    for each in composed:
        parts += (_renumbered(part, len(citations)) for part in each.parts)
        citations += each.citations
    links = dict.fromkeys(link for each in composed for link in each.see_also)
    return Composed(tuple(parts), tuple(citations), tuple(links))


def _renumbered(part: Part, by: int) -> Part:
    def moved(steps: Sequence[Step]) -> tuple[Step, ...]:
        return tuple(
            step.model_copy(update={"citations": tuple(n + by for n in step.citations)})
            for step in steps
        )

    return part.model_copy(update={"steps": moved(part.steps), "notes": moved(part.notes)})


@dataclass
class _Draft:
    """A step before it has its citation."""

    block: Block
    spans: tuple[Span, ...]
    children: tuple[Block, ...] = ()
    lines: Lines | None = None

    def with_children(self, *blocks: Block) -> _Draft:
        last = blocks[-1].lines.last
        first = (self.lines or self.block.lines).first
        return _Draft(
            self.block, self.spans, (*self.children, *blocks), Lines(first=first, last=last)
        )

    @property
    def quote(self) -> str:
        words = "".join(span.text for span in self.spans)
        return "\n".join([words, *(child.full_text for child in self.children)]).strip()


@dataclass
class _Prose:
    """What the blocks outside a procedure say: what to do, and why, in order."""

    steps: list[_Draft] = field(default_factory=list)
    notes: list[_Draft] = field(default_factory=list)


class _Composer:
    def __init__(self, section: Section, guide: GuideInfo, snapshot: str) -> None:
        self.section = section
        self.guide = guide
        self.snapshot = snapshot
        self.citations: list[Citation] = []

    def compose(self) -> Composed:
        found, rest = procedures(self.section.blocks)
        if found:
            prose = self._prose(rest)
            notes = [*(d for d in prose.steps), *(d for d in prose.notes if _is_note(d.block))]
            if not notes:
                notes = prose.notes
            notes.sort(key=lambda draft: [int(number) for number in draft.block.id.split(".")])
            parts = [
                self._part(caption, [_Draft(b, b.spans, b.children) for b in blocks], [])
                for caption, blocks in found
            ]
            parts[0] = parts[0].model_copy(update={"notes": self._notes(notes)})
        else:
            prose = self._prose(self.section.blocks)
            if not prose.steps:
                prose = _Prose(steps=self._first_blocks())
            parts = [self._part(None, prose.steps, self._explanation(prose))]
        return Composed(tuple(parts), tuple(self.citations), _links(self.section))

    def _part(self, caption: str | None, steps: Sequence[_Draft], notes: Sequence[_Draft]) -> Part:
        return Part(
            heading=self.section.heading,
            caption=caption,
            steps=tuple(self._step(draft) for draft in steps),
            notes=self._notes(notes),
        )

    def _notes(self, drafts: Sequence[_Draft]) -> tuple[Step, ...]:
        kept: list[_Draft] = []
        room = _MOST_NOTE_CHARACTERS
        for draft in drafts:
            if len(kept) == _MOST_NOTES or (kept and len(draft.quote) > room):
                break
            kept.append(draft)
            room -= len(draft.quote)
        return tuple(self._step(draft) for draft in self._joined(kept))

    def _joined(self, drafts: Sequence[_Draft]) -> list[_Draft]:
        """Put sentences together again that follow each other in the guide."""
        gap = "" if self.guide.language in _WITHOUT_SPACES else " "
        joined: list[_Draft] = []
        for draft in drafts:
            last = joined[-1] if joined else None
            if (
                last
                and last.block.id == draft.block.id
                and not (last.children or draft.children)
                and f"{last.quote}{gap}{draft.quote}" in draft.block.text
            ):
                between = (Span(text=gap),) if gap else ()
                joined[-1] = replace(last, spans=(*last.spans, *between, *draft.spans))
            else:
                joined.append(draft)
        return joined

    def _step(self, draft: _Draft) -> Step:
        lines = draft.lines or draft.block.lines
        citation = cite(self.section, self.guide, self.snapshot, lines, draft.quote)
        if citation not in self.citations:
            self.citations.append(citation)
        number = self.citations.index(citation) + 1
        return Step(
            spans=draft.spans,
            children=draft.children,
            citations=(number,),
            label=draft.block.label,
        )

    def _prose(self, blocks: Iterable[Block]) -> _Prose:
        prose = _Prose()
        introduces = ends_in_step = False
        for block in blocks:
            attached = block.kind in _ATTACHED or block.kind is BlockKind.LINKS
            listed = _is_listed(block) and not self._asks_below(block)
            if introduces and (attached or listed) or ends_in_step and block.kind in _ATTACHED:
                prose.steps[-1] = prose.steps[-1].with_children(block)
                continue
            ends_in_step = False
            if attached:
                continue
            introduces = bool(_INTRODUCES.search(block.text)) and block.kind is _PARAGRAPH
            if block.kind is BlockKind.NOTE:
                prose.notes.append(_Draft(block, block.spans, block.children))
            elif _is_listed(block):
                self._add_item(block, prose)
            elif block.kind is _PARAGRAPH:
                before = len(prose.steps)
                ends_in_step = self._add_sentences(block, prose)
                introduces = introduces and len(prose.steps) > before
        return prose

    def _add_item(self, block: Block, prose: _Prose) -> None:
        """Take a list item whole if it, or what is under it, says what to do."""
        parts = _split(block, self.guide.language)
        asks = [self._asks(text) for text, _ in parts]
        if block.children and any(self._asks_below(child) for child in block.children):
            children = tuple(self._shortened(child) for child in block.children)
            prose.steps.append(_Draft(block, block.spans, children))
        elif asks and asks[0]:
            prose.steps.append(_Draft(block, block.spans, block.children))
        else:
            self._add_sentences(block, prose)

    def _add_sentences(self, block: Block, prose: _Prose) -> bool:
        """Take a block sentence by sentence; return whether the last one is a step."""
        asks = False
        parts = _split(block, self.guide.language)
        if _is_listed(block) and len(parts) > 1 and len(parts[0][0]) <= _LONGEST_TERM:
            parts = parts[1:]  # the term that the item is about
        for text, spans in parts:
            asks = self._asks(text)
            (prose.steps if asks else prose.notes).append(_Draft(block, spans))
        return asks

    def _asks(self, text: str) -> bool:
        return bool(is_instruction(text, self.guide.language))

    def _asks_below(self, block: Block) -> bool:
        if block.kind in _ATTACHED:
            return False
        words = any(self._asks(text) for text, _ in _split(block, self.guide.language))
        return words or any(self._asks_below(child) for child in block.children)

    def _shortened(self, block: Block) -> Block:
        """Leave out a paragraph's explanations, between its first sentence and what it asks."""
        children = tuple(self._shortened(child) for child in block.children)
        if block.kind is not BlockKind.PARAGRAPH:
            return block.model_copy(update={"children": children})
        spans: list[Span] = []
        for position, (text, part) in enumerate(_split(block, self.guide.language)):
            if position == 0 or self._asks(text):
                if spans and self.guide.language not in _WITHOUT_SPACES:
                    spans.append(Span(text=" "))
                spans.extend(part)
        return block.model_copy(update={"spans": tuple(spans), "children": children})

    def _first_blocks(self) -> list[_Draft]:
        blocks = [b for b in self.section.blocks if b.kind is not BlockKind.CAPTION]
        return [_Draft(b, b.spans, _content(b)) for b in blocks[:_MOST_PLAIN_STEPS]]

    def _explanation(self, prose: _Prose) -> list[_Draft]:
        """Return the notes that stand in the same blocks as the steps, or all if none do."""
        near = {draft.block.id for draft in prose.steps}
        beside = [n for n in prose.notes if n.block.id in near or _is_note(n.block)]
        return beside or prose.notes


def _is_note(block: Block) -> bool:
    return block.kind is BlockKind.NOTE


def _is_listed(block: Block) -> bool:
    return block.kind in _LISTED


def _content(block: Block) -> tuple[Block, ...]:
    """Return what has to be shown of a block besides its spans."""
    if block.kind in _ATTACHED:
        return (block,)
    return block.children


def procedures(
    blocks: Sequence[Block],
) -> tuple[list[tuple[str | None, list[Block]]], list[Block]]:
    """Return a section's procedures, each with its caption, and the blocks outside them."""
    found: list[tuple[str | None, list[Block]]] = []
    rest: list[Block] = []
    caption: str | None = None
    between: list[Block] = []
    for block in blocks:
        if block.kind is BlockKind.STEP:
            if not found or caption or block.number == 1:
                found.append((caption, []))
                rest += between
            elif between:
                # The numbers go on, so what stands between belongs to the step before.
                found[-1][1].append(_with_children(found[-1][1].pop(), between))
            found[-1][1].append(block)
            caption, between = None, []
        elif block.kind in _ATTACHED and found and not between and not caption:
            found[-1][1].append(_with_children(found[-1][1].pop(), [block]))
        elif block.kind is BlockKind.CAPTION:
            caption = block.text
        else:
            between.append(block)
    return found, rest + between


def _with_children(step: Block, children: Sequence[Block]) -> Block:
    """Return a step with blocks that stand under it, outside its list."""
    lines = Lines(first=step.lines.first, last=children[-1].lines.last)
    return step.model_copy(update={"children": (*step.children, *children), "lines": lines})


def _split(block: Block, language: str) -> list[tuple[str, tuple[Span, ...]]]:
    """Return a block's sentences, each with its spans."""
    found: list[tuple[str, tuple[Span, ...]]] = []
    at = 0
    for sentence in sentences(block.text, language):
        start, end = at, at + len(sentence)
        at = end
        words = sentence.strip()
        if words:
            start += len(sentence) - len(sentence.lstrip())
            found.append((words, tuple(_cut(block.spans, start, start + len(words)))))
    return found


def _cut(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """Yield the spans of the characters from `start` to `end`."""
    at = 0
    for span in spans:
        first, last = max(start - at, 0), min(end - at, len(span.text))
        if first < last:
            yield span.model_copy(update={"text": span.text[first:last]})
        at += len(span.text)


def _links(section: Section) -> tuple[Span, ...]:
    """Return the section's links that lead somewhere, each target once."""
    links: dict[str, Span] = {}

    def gather(blocks: Iterable[Block]) -> None:
        for block in blocks:
            for span in block.spans:
                if span.href and span.href.startswith(("https://", "http://")):
                    links.setdefault(span.href, Span(text=span.text, href=span.href))
            gather(block.children)

    gather(section.blocks)
    return tuple(links.values())
