"""Checked steps of a model as an answer's steps, parts and citations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kb.answer.compose import cite
from kb.choosing.prompt import WrittenStep
from kb.choosing.sources import Source, Sources, code_of
from kb.choosing.verify import cited
from kb.model import Answer, Block, Citation, Part, Span, Step

_MARKED = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


def marked(text: str) -> tuple[Span, ...]:
    """Return a text as spans: what stands in `backticks` is code, in **asterisks** bold."""
    return tuple(_spans(text))


def _spans(text: str) -> Iterator[Span]:
    at = 0
    for match in _MARKED.finditer(text):
        if match.start() > at:
            yield Span(text=text[at : match.start()])
        code, bold = match.groups()
        yield Span(text=code or bold, code=code is not None, bold=bold is not None)
        at = match.end()
    if at < len(text):
        yield Span(text=text[at:])


@dataclass
class Assembly:
    """Steps as they are added, and the citations that they point at."""

    sources: Sources
    snapshot: str
    citations: list[Citation] = field(default_factory=list)
    steps: list[tuple[list[Source], Step]] = field(default_factory=list)
    _shown: set[str] = field(default_factory=set)

    def add(self, written: WrittenStep) -> Step:
        """Add a step that was verified, with the code that stands under its blocks."""
        sources = cited(written, self.sources)
        numbers = [self.number(self._citation(source)) for source in sources]
        children: list[Block] = []
        for source in sources:
            if source.id not in self._shown:
                children += [block for block in code_of(source.block) if block not in children]
            self._shown.add(source.id)
        step = Step(
            spans=marked(written.text.strip()),
            citations=tuple(dict.fromkeys(numbers)),
            children=tuple(children),
        )
        self.steps.append((sources, step))
        return step

    def number(self, citation: Citation) -> int:
        """Return the number of a citation, which it may get now."""
        if citation not in self.citations:
            self.citations.append(citation)
        return self.citations.index(citation) + 1

    def parts(self, verbatim: Answer) -> tuple[Part, ...]:
        """Return the steps by section and procedure, with the warnings of the guide's own answer.

        What the guide labels, such as "Important", stands under every answer from its section.
        """
        parts: list[Part] = []
        warned: set[int] = set()
        for (section, procedure), group in self._groups():
            notes = [] if section in warned else self._warnings(verbatim, section)
            warned.add(section)
            captions = self.sources.captions(section)
            parts.append(
                Part(
                    heading=self.sources.sections[section][0].heading,
                    caption=captions[procedure] if procedure is not None else None,
                    steps=tuple(step for _, step in group),
                    notes=tuple(notes),
                    omitted=self.omitted(section, procedure),
                )
            )
        return tuple(parts)

    def omitted(self, section: int, procedure: int | None) -> tuple[int, ...]:
        """Return the numbers of a procedure's steps that no step rests on."""
        if procedure is None:
            return ()
        taken = {
            source.step
            for sources, _ in self.steps
            for source in sources
            if (source.section, source.procedure) == (section, procedure)
        }
        steps = self.sources.steps_of(section, procedure)
        return tuple(each.step for each in steps if each.step and each.step not in taken)

    def _groups(self) -> list[tuple[tuple[int, int | None], list[tuple[list[Source], Step]]]]:
        groups: list[tuple[tuple[int, int | None], list[tuple[list[Source], Step]]]] = []
        for sources, step in self.steps:
            first = sources[0]
            key = (first.section, first.procedure)
            last = groups[-1][0] if groups else None
            if last is None or last[0] != key[0]:
                groups.append((key, []))
            elif key[1] is not None and last[1] is None:
                groups[-1] = (key, groups[-1][1])  # what stands before a procedure opens it
            elif key[1] not in (None, last[1]):
                groups.append((key, []))
            groups[-1][1].append((sources, step))
        return groups

    def _citation(self, source: Source) -> Citation:
        section, guide = self.sources.sections[source.section]
        return cite(section, guide, self.snapshot, source.block.lines, source.block.full_text)

    def _warnings(self, verbatim: Answer, section: int) -> Sequence[Step]:
        heading = self.sources.sections[section][0].heading
        return [
            note.model_copy(
                update={
                    "citations": tuple(
                        self.number(verbatim.citations[number - 1]) for number in note.citations
                    )
                }
            )
            for part in verbatim.parts
            if part.heading == heading
            for note in part.notes
            if note.label
        ]
