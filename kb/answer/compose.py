"""Composes a problem into an answer's parts: what to do, in the guide's words and order, cited.

Nothing here writes text: a step is a block of the guide, or some of its sentences. Lists, code and
tables stay whole and in place; only plain prose is split into sentences, and every condition and
prohibition is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kb.answer.instructions import must_be_kept, shows_what_is_seen
from kb.answer.units import Group, Label, Procedure, Unit, introduces, units
from kb.model import (
    Block,
    BlockKind,
    Citation,
    GuideInfo,
    Lines,
    Part,
    Role,
    Section,
    Span,
    Step,
    problem_heading,
)
from kb.text.sentences import sentences

_WITHOUT_SPACES = ("ja", "zh", "th")
_CODE = BlockKind.CODE
_STRUCTURE = (BlockKind.BULLET, BlockKind.LINKS, _CODE, BlockKind.TABLE)


@dataclass
class Composed:
    """The parts of an answer, and the citations that their steps refer to by number (1-based).

    `more` are the headings of the problem's other sections, which are not shown.
    """

    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    see_also: tuple[Span, ...]
    more: tuple[str, ...] = ()


def cite(
    section: Section, guide: GuideInfo, snapshot: str, lines: Lines | None = None, quote: str = ""
) -> Citation:
    """Return the citation of a section, or of `lines` in it, quoting `quote`."""
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
        problem=section.problem,
        about=None if section.role is Role.WHOLE else problem_heading(section, guide),
    )


def cite_problem(problem: Sequence[Section], guide: GuideInfo, snapshot: str) -> Citation:
    """Return the citation of a whole problem, given by its sections in the guide's order."""
    first = problem[0]
    lines = Lines(first=first.lines.first, last=max(s.lines.last for s in problem))
    citation = cite(first, guide, snapshot, lines)
    path = first.path if first.role is Role.WHOLE else first.problem_path
    return citation.model_copy(update={"path": path})


def compose(
    problem: Sequence[Section],
    guide: GuideInfo,
    snapshot: str,
    lead: Role = Role.RESOLUTION,
) -> Composed:
    """Return a problem's sections as parts, what to do first.

    `problem` holds its sections in the guide's order. Those with the role `lead` make the answer;
    if there are none, all do.
    """
    chosen = [section for section in problem if section.role is lead] or list(problem)
    composer = _Composer(guide, snapshot)
    # Parts that only their headings tell apart are shown with them.
    several = len({section.heading for section in chosen if not section.part}) > 1
    parts = [part for section in chosen for part in composer.parts(section, named=several)]
    name = problem_heading(problem[0], guide)
    left = [section for section in problem if section not in chosen and section.heading != name]
    parts, citations = as_they_appear(parts, composer.citations)
    return Composed(
        parts=tuple(parts),
        citations=tuple(citations),
        see_also=_links(chosen, parts),
        more=tuple(dict.fromkeys(section.heading for section in left if section.heading.strip())),
    )


def merge(composed: Sequence[Composed]) -> Composed:
    """Return several problems as one, with their citations renumbered."""
    parts: list[Part] = []
    citations: list[Citation] = []
    for each in composed:
        after = len(citations)
        new = {number: after + number for number in range(1, len(each.citations) + 1)}
        parts += (_renumbered(part, new) for part in each.parts)
        citations += each.citations
    links = dict.fromkeys(link for each in composed for link in each.see_also)
    more = dict.fromkeys(heading for each in composed for heading in each.more)
    return Composed(tuple(parts), tuple(citations), tuple(links), tuple(more))


def as_they_appear(
    parts: Sequence[Part], citations: Sequence[Citation]
) -> tuple[list[Part], list[Citation]]:
    """Renumber citations in the order in which `parts` refer to them, dropping unused ones."""
    new: dict[int, int] = {}
    for part in parts:
        for step in (*part.steps, *part.notes):
            for number in step.citations:
                new.setdefault(number, len(new) + 1)
    return [_renumbered(part, new) for part in parts], [citations[n - 1] for n in new]


def _renumbered(part: Part, new: Mapping[int, int]) -> Part:
    def moved(steps: Sequence[Step]) -> tuple[Step, ...]:
        return tuple(
            step.model_copy(update={"citations": tuple(new[n] for n in step.citations)})
            for step in steps
        )

    return part.model_copy(update={"steps": moved(part.steps), "notes": moved(part.notes)})


@dataclass
class _Draft:
    """A part in the making: the steps under one caption, and the notes that explain them."""

    caption: str | None = None
    steps: list[Step] = field(default_factory=list)
    notes: list[Step] = field(default_factory=list)


class _Composer:
    """Turns blocks into steps and numbers their citations."""

    def __init__(self, guide: GuideInfo, snapshot: str) -> None:
        self.guide = guide
        self.snapshot = snapshot
        self.citations: list[Citation] = []

    def parts(self, section: Section, *, named: bool) -> list[Part]:
        """Return a section's parts: one, or one for each caption in it.

        If `named`, its heading is shown even if it only states the section's role.
        """
        own = section.part or (
            (section.heading,) if named and section.role is not Role.WHOLE else ()
        )
        found = units(section.blocks)
        procedural = any(isinstance(unit, Procedure) for unit in found)
        drafts = _settled(
            [
                _Segment(self, section, some, beside=procedural and not label).draft(label)
                for label, some in _segments(found)
            ]
        )
        return [
            Part(
                heading=problem_heading(section, self.guide),
                caption=" › ".join(filter(None, [*own, draft.caption])) or None,
                steps=tuple(_numbered(draft.steps)),
                notes=tuple(draft.notes),
            )
            for draft in drafts
        ]

    def number(self, citation: Citation) -> int:
        """Return the number of a citation (1-based), adding it if it is new."""
        if citation not in self.citations:
            self.citations.append(citation)
        return self.citations.index(citation) + 1

    def recite(self, number: int, citation: Citation) -> int:
        """Replace the citation at `number` if it is the last one, and return the new number."""
        if number != len(self.citations):
            return self.number(citation)
        self.citations[-1] = citation
        return number


class _Segment:
    """The units under one label, sorted into steps and explanation."""

    def __init__(
        self, composer: _Composer, section: Section, units: Sequence[Unit], *, beside: bool
    ) -> None:
        """Take units; `beside` says that another label of the section has a procedure."""
        self.composer = composer
        self.section = section
        self.language = composer.guide.language
        self.units = units
        self.plain = not any(_is_list(unit) for unit in units)
        self.procedural = beside or any(isinstance(unit, Procedure) for unit in units)
        self.acts = self.procedural or any(map(self._asks, units))
        # Whether the last unit ended with an instruction, which code under it then belongs to.
        self.asked = False

    def draft(self, caption: str | None) -> _Draft:
        """Return the draft of a part."""
        draft = _Draft(caption)
        for unit in self.units:
            asked, self.asked = self.asked, False
            if isinstance(unit, Procedure):
                draft.steps += map(self._step, (*filter(None, [unit.intro]), *unit.blocks))
            elif isinstance(unit, Label):
                draft.notes.append(self._step(unit.block))
            elif self._comes_first(unit, draft):
                draft.steps += map(self._step, unit.blocks)
            elif unit.kind is BlockKind.NOTE:
                draft.notes += map(self._step, unit.blocks)
            elif unit.kind in _STRUCTURE:
                self._add_structure(unit, draft, asked=asked)
            else:
                self._add_words(unit.blocks[0], draft)
        return draft

    def _comes_first(self, unit: Group, draft: _Draft) -> bool:
        """Whether a unit is a warning or an introduction above a procedure not yet begun."""
        over = any(isinstance(each, Procedure) for each in self.units) and not any(
            step.kind is BlockKind.STEP for step in draft.steps
        )
        if unit.kind is BlockKind.NOTE:
            return over and bool(unit.blocks[0].label)
        return over and unit.kind is BlockKind.PARAGRAPH and introduces(unit)

    def _add_structure(self, unit: Group, draft: _Draft, *, asked: bool) -> None:
        """Add a list, code or a table, together with the line that introduces it."""
        intro = unit.intro
        beside = unit.kind is BlockKind.LINKS and intro is None
        if self.acts and (beside or not draft.steps and self._only_shows(unit)):
            draft.notes += map(self._step, (*filter(None, [intro]), *unit.blocks))
        elif intro is not None and unit.kind in (_CODE, BlockKind.TABLE):
            kind = BlockKind.STEP if self.plain else BlockKind.PARAGRAPH
            draft.steps.append(self._step(intro, under=unit.blocks, kind=kind))
        elif asked and unit.kind in (_CODE, BlockKind.TABLE):
            draft.steps[-1] = self._with_children(draft.steps[-1], unit.blocks)
            self.asked = True
        else:
            draft.steps += map(self._step, (*filter(None, [intro]), *unit.blocks))

    def _add_words(self, block: Block, draft: _Draft) -> None:
        """Add a paragraph: as a whole beside a procedure, else sentence by sentence."""
        if self.procedural:
            draft.notes.append(self._step(block))
            return
        pieces = [*_split(block, self.language)]
        keep = [must_be_kept(text, self.language) for text, _ in pieces]
        if all(each is None for each in keep):
            draft.steps.append(self._step(block))
            return
        for kept, group in _runs(keep, pieces):
            if kept:
                kind = BlockKind.STEP if self.plain else BlockKind.PARAGRAPH
                draft.steps += (self._step(block, spans=spans, kind=kind) for _, spans in group)
            else:
                draft.notes.append(self._step(block, spans=self._merged_spans(block, group)))
        self.asked = bool(keep[-1])

    def _asks(self, unit: Unit) -> bool:
        """Whether a unit tells the reader to do something, or is a list."""
        if isinstance(unit, Label):
            return False
        if isinstance(unit, Procedure) or unit.kind is BlockKind.BULLET:
            return True
        if unit.kind is not BlockKind.PARAGRAPH:
            return False
        pieces = _split(unit.blocks[0], self.language)
        return any(must_be_kept(text, self.language) for text, _ in pieces)

    def _only_shows(self, unit: Group) -> bool:
        """Whether code or a table shows what the reader sees, such as an error message."""
        if unit.kind not in (BlockKind.CODE, BlockKind.TABLE):
            return False
        intro = unit.intro or self._before(unit)
        if intro is None:
            return False
        asks = any(must_be_kept(text, self.language) for text, _ in _split(intro, self.language))
        return not asks and shows_what_is_seen(intro.text, self.language)

    def _before(self, unit: Group) -> Block | None:
        """Return the paragraph directly above a unit, if there is one."""
        blocks = self.section.blocks
        at = next(n for n, block in enumerate(blocks) if block.id == unit.blocks[0].id)
        before = blocks[at - 1] if at else None
        return before if before and before.kind is BlockKind.PARAGRAPH else None

    def _merged_spans(
        self, block: Block, pieces: Sequence[tuple[str, tuple[Span, ...]]]
    ) -> tuple[Span, ...]:
        """Return the spans of consecutive sentences, joined into one text."""
        gap = () if self.language in _WITHOUT_SPACES else (Span(text=" "),)
        spans: list[Span] = []
        for _, some in pieces:
            spans += [*(gap if spans else ()), *some]
        whole = "".join(span.text for span in spans)
        # Sentences may be on two lines, or not be separated by a space.
        return tuple(spans) if whole in block.text else tuple(s for _, some in pieces for s in some)

    def _with_children(self, step: Step, blocks: Sequence[Block]) -> Step:
        """Return a step with the blocks that directly follow it as its children."""
        before = self.composer.citations[step.citations[0] - 1]
        lines = Lines(first=before.lines.first, last=blocks[-1].lines.last)
        quote = "\n".join([before.quote, *(block.full_text for block in blocks)])
        cited = before.model_copy(update={"lines": lines, "quote": quote})
        number = self.composer.recite(step.citations[0], cited)
        children = (*step.children, *blocks)
        return step.model_copy(update={"children": children, "citations": (number,)})

    def _step(
        self,
        block: Block,
        *,
        spans: tuple[Span, ...] | None = None,
        under: Sequence[Block] = (),
        kind: BlockKind | None = None,
    ) -> Step:
        """Return a step made of a block, or of some of its spans, with the blocks under it."""
        kind = kind or (BlockKind.PARAGRAPH if block.kind is BlockKind.CAPTION else block.kind)
        whole = block.kind in (BlockKind.CODE, BlockKind.TABLE)
        words = () if whole else block.spans if spans is None else spans
        children = (block,) if whole else () if spans is not None else block.children
        children = (*children, *under)
        text = "".join(span.text for span in words)
        quote = "\n".join([text, *(child.full_text for child in children)]).strip()
        last = under[-1].lines.last if under else block.lines.last
        lines = Lines(first=block.lines.first, last=max(last, block.lines.last))
        citation = cite(self.section, self.composer.guide, self.composer.snapshot, lines, quote)
        return Step(
            spans=words,
            children=children,
            citations=(self.composer.number(citation),),
            label=block.label,
            kind=kind,
            number=block.number,
        )


def _is_list(unit: Unit) -> bool:
    if isinstance(unit, Label):
        return False
    return isinstance(unit, Procedure) or unit.kind in _STRUCTURE and unit.kind is not _CODE


def _segments(units: Sequence[Unit]) -> Iterator[tuple[str | None, list[Unit]]]:
    """Yield each label with its units; several procedures under one label are split up."""
    label: str | None = None
    some: list[Unit] = []
    for unit in units:
        again = isinstance(unit, Procedure) and any(isinstance(u, Procedure) for u in some)
        if some and (isinstance(unit, Label) or again):
            yield label, some
            label, some = None, []
        if isinstance(unit, Label):
            label = unit.text
            continue
        some.append(unit)
    if some:
        yield label, some


def _settled(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Return the drafts that have steps, each with the notes of those that have none.

    If none has steps, the notes become the steps.
    """
    kept: list[_Draft] = []
    notes: list[Step] = []
    for draft in drafts:
        if draft.steps:
            kept.append(draft)
        elif kept:
            kept[-1].notes += draft.notes
        else:
            notes += draft.notes
    if kept:
        kept[0].notes = [*notes, *kept[0].notes]
        return kept
    return [_Draft(draft.caption, draft.notes) for draft in drafts]


def _numbered(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield steps, numbering those that come from prose."""
    count = 0
    for step in steps:
        if step.kind is BlockKind.STEP and step.number is None:
            count += 1
            step = step.model_copy(update={"number": count})
        yield step


_Piece = tuple[str, tuple[Span, ...]]


def _runs(
    keep: Sequence[bool | None], pieces: Sequence[_Piece]
) -> Iterator[tuple[bool, list[_Piece]]]:
    """Yield runs of sentences that must be kept, or need not be, in order."""
    group: list[_Piece] = []
    before: bool | None = None
    for kept, piece in zip(map(bool, keep), pieces, strict=True):
        if group and kept != before:
            yield bool(before), group
            group = []
        group.append(piece)
        before = kept
    if group:
        yield bool(before), group


def _split(block: Block, language: str) -> list[_Piece]:
    """Return a block's sentences as (text, spans)."""
    found: list[_Piece] = []
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


def _links(sections: Sequence[Section], parts: Sequence[Part]) -> tuple[Span, ...]:
    """Return the sections' web links, each target once, without those already shown as a list."""
    shown = {
        span.href
        for part in parts
        for step in (*part.steps, *part.notes)
        if step.kind is BlockKind.LINKS
        for block in _all(step.children)
        for span in block.spans
    }
    links: dict[str, Span] = {}
    for section in sections:
        for block in _all(section.blocks):
            for span in block.spans:
                if span.href and span.href.startswith(("https://", "http://")):
                    links.setdefault(span.href, Span(text=span.text, href=span.href))
    return tuple(span for href, span in links.items() if href not in shown)


def _all(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from _all(block.children)
