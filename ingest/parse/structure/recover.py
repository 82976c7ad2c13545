"""Replaces structure that is only typed with the tokens of the equivalent Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from markdown_it.token import Token

from ingest.document import Document
from ingest.parse.roles import is_bare, role_of
from ingest.parse.structure.evidence import Text, is_ended, is_role_label, is_short
from ingest.parse.structure.headings import find_headings, levels
from ingest.parse.structure.marks import Look
from ingest.parse.structure.steps import StepRun, bullets_at, known_families, lists_at, run_at
from ingest.parse.structure.units import TextUnit, UnitKind, items_of, split, units_of
from ingest.parse.structure.write import (
    bullet_list,
    caption,
    cut_line,
    heading,
    ordered_list,
    paragraph,
)
from ingest.remark import Remark, RemarkKind
from kb.model import Role
from kb.text.counted import counted

# Characters of a heading that a remark quotes; chosen by hand.
_SHORT = 60
# Marks that only flag a heading; numbers and labels are part of its text.
_DROPPED = ("question", "#")
_LABEL = re.compile(r"([^:：。.!?]{1,40})[:：]")


@dataclass
class RecoveredTokens:
    """A document's tokens, with what was found in them, and remarks."""

    tokens: list[Token]
    remarks: list[Remark] = field(default_factory=list)


def recover(tokens: Sequence[Token], document: Document) -> RecoveredTokens:
    """Return the tokens with typed headings, steps and answers marked up as such.

    Headings are recognised by the evidence for their kind in the whole text, steps by their
    numbers.
    """
    units = units_of(tokens)
    text = Text(units, document.typed, lambda unit: document.source_line(unit.line))
    found = find_headings(text)
    level = levels(text, found)
    labels = _role_lines(units)
    writer = _Writer(document, known_families(units))
    segment: list[TextUnit] = []
    for position, unit in enumerate(units):
        if position in level:
            writer.write(segment)
            writer.heading(unit, level[position])
            segment = []
        elif position in found.answers:
            segment += _answer(unit)
        elif unit in labels:
            segment += _labelled(unit)
        else:
            segment.append(unit)
    writer.write(segment)
    return RecoveredTokens(writer.tokens, writer.remarks)


def _answer(unit: TextUnit) -> list[TextUnit]:
    """Return an answer's text, without its mark."""
    assert unit.mark is not None
    _, rest = cut_line(unit, unit.mark.end)
    return [replace(rest, starts=True)] if rest.text else []


def _labelled(unit: TextUnit) -> list[TextUnit]:
    """Return a line that begins with a label, split from the steps that begin after it."""
    written = _LABEL.match(unit.text)
    end = unit.mark.end if unit.mark else written.end() if written else 0
    label, rest = cut_line(unit, end)
    if rest.mark and rest.mark.look in (Look.NUMBER, Look.STEP):
        return [replace(label, starts=True), replace(rest, paragraph=-unit.line - 2)]
    return [replace(unit, starts=True)]


@dataclass
class _Writer:
    """Writes units as tokens. `known` are the families of marks that steps have in the text."""

    document: Document
    known: set[str]
    tokens: list[Token] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def heading(self, unit: TextUnit, level: int) -> None:
        """Write a line as a heading."""
        self.tokens += heading(unit, level, _skipped(unit))
        self._remark(unit, f"looks like a heading and was read as one: {_short(unit.text)}")

    def write(self, units: Sequence[TextUnit]) -> None:
        """Write the units between two headings."""
        position = 0
        while position < len(units):
            run = run_at(units, position, self.known)
            bullets = None if run else bullets_at(units, position)
            lists = None if run or bullets else lists_at(units, position)
            if run:
                self._steps(units, run)
            elif bullets:
                self.tokens += bullet_list(self._items(units, bullets))
            elif lists:
                self._lists(units, lists)
            elif units[position].kind is UnitKind.LINE:
                position = self._paragraph(units, position)
                continue
            else:
                self.tokens += self._inside(list(units[position].tokens))
                position += 1
                continue
            taken = run or bullets or lists
            assert taken is not None
            position = taken.ends[-1]

    def _paragraph(self, units: Sequence[TextUnit], position: int) -> int:
        """Write a paragraph's lines, up to where another paragraph or steps begin."""
        first = units[position]
        end = position + 1
        while end < len(units) and self._continues(units, end, first):
            end += 1
        lines = units[position:end]
        self.tokens += (
            caption(first) if self._names_steps(units, position, end) else paragraph(lines)
        )
        return end

    def _names_steps(self, units: Sequence[TextUnit], position: int, end: int) -> bool:
        """Whether a typed line names the steps under it, as a bold one would."""
        line = units[position]
        if not self.document.typed or end > position + 1 or end == len(units) or line.mark:
            return False
        place = self.document.source_line
        if position and place(line.line) - place(units[position - 1].line) < 2:
            return False
        named = is_short(line.text) and (not is_ended(line.text) or line.text.endswith((":", "：")))
        return named and run_at(units, end, self.known) is not None

    def _continues(self, units: Sequence[TextUnit], at: int, first: TextUnit) -> bool:
        unit = units[at]
        same = unit.kind is UnitKind.LINE and unit.paragraph == first.paragraph
        if not same or unit.starts:
            return False
        return run_at(units, at, self.known) is None and bullets_at(units, at) is None

    def _steps(self, units: Sequence[TextUnit], run: StepRun) -> None:
        items = self._items(units, run)
        self.tokens += ordered_list(items, run.start)
        steps = counted(len(items), "line")
        text = f"{steps} from here look like steps and were read as such"
        self._remark(units[run.positions[0]], text)

    def _items(self, units: Sequence[TextUnit], run: StepRun) -> list[list[Token]]:
        items: list[list[Token]] = []
        for position, end in zip(run.positions, run.ends, strict=True):
            step = units[position]
            lines = position + 1
            while lines < end and _is_continued(units[lines], step):
                lines += 1
            assert step.mark is not None
            below = self._part(units[lines:end])
            said = units[position:lines] if step.words else units[position + 1 : lines]
            skip = step.mark.end if step.words else 0
            items.append([*(paragraph(said, skip) if said else []), *below])
        return items

    def _lists(self, units: Sequence[TextUnit], run: StepRun) -> None:
        items: list[list[Token]] = []
        for position, end in zip(run.positions, run.ends, strict=True):
            for item in items_of(units[position]):
                items.append(self._inner(item))
            items[-1] += self._part(units[position + 1 : end])
        self.tokens += ordered_list(items, run.start)

    def _part(self, units: Sequence[TextUnit]) -> list[Token]:
        """Return the content of a step, written separately."""
        part = _Writer(self.document, self.known)
        part.write(units)
        self.remarks += part.remarks
        return part.tokens

    def _inside(self, block: list[Token]) -> list[Token]:
        """Return a block with the typed steps in it, or in its list items, marked up."""
        if len(block) < 3 or block[0].nesting != 1 or block[0].type in _CLOSED:
            return block
        if block[0].type in ("bullet_list_open", "ordered_list_open"):
            items = [self._inside(item) for item in split(block[1:-1])]
            return [block[0], *(token for item in items for token in item), block[-1]]
        return [block[0], *self._inner(block), block[-1]]

    def _inner(self, block: list[Token]) -> list[Token]:
        inner = units_of(block[1:-1])
        if any(unit.kind is UnitKind.LINE and len(unit.whole) != 3 for unit in inner):
            return block[1:-1]
        return self._part(inner)

    def _remark(self, unit: TextUnit, text: str) -> None:
        line = self.document.source_line(unit.line)
        self.remarks.append(Remark(line=line, kind=RemarkKind.STRUCTURE, text=text))


# What is in them is not text of blocks.
_CLOSED = ("paragraph_open", "heading_open", "table_open", "dl_open")


def _is_continued(unit: TextUnit, step: TextUnit) -> bool:
    same = unit.kind is UnitKind.LINE and unit.paragraph == step.paragraph
    return same and unit.mark is None and not unit.bold


def _skipped(unit: TextUnit) -> int:
    """Return how many characters of a heading's line are not its text."""
    if unit.mark is None or unit.kind is not UnitKind.LINE:
        return 0
    return unit.mark.end if unit.mark.is_sign or unit.mark.family in _DROPPED else 0


def _role_lines(units: Sequence[TextUnit]) -> set[TextUnit]:
    """Return the lines that begin with labels such as "Cause:", if a resolution has one as well."""
    lines: dict[TextUnit, Role] = {}
    for unit in units:
        if unit.kind is UnitKind.LINE and (role := _role(unit)):
            lines[unit] = role
    roles = set(lines.values())
    return set(lines) if Role.RESOLUTION in roles and len(roles) > 1 else set()


def _role(unit: TextUnit) -> Role | None:
    if is_role_label(unit):
        return role_of(unit.text)
    match = _LABEL.match(unit.text)
    return role_of(match[1]) if match and is_bare(match[1]) else None


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT].rstrip() + "…"
