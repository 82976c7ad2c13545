"""What a new snapshot changes for readers: guides, sections, and sentences."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kb.ingest_result import ChangeKind, Diff, FieldChange, GuideChange, SectionChange, TextRun
from kb.model import Block, BlockKind, Guide, GuideInfo, Section
from kb.snapshot.format import Snapshot
from kb.text.sentences import sentences

# Least similarity (difflib's ratio) of the text of a renamed section; chosen by hand.
_SAME_SECTION = 0.6
# Least similarity (difflib's ratio) of an edited sentence; chosen by hand.
_SAME_SENTENCE = 0.5

_WORD = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)
_FIELDS = ("title", "source", "url", "visible_to", "synonyms", "owner", "review")


def compare(before: Snapshot | None, after: Snapshot) -> Diff:
    """Return the changes between snapshots; unchanged guides are left out."""
    old, new = _editions(before) if before else {}, _editions(after)
    changes = [
        _guide(old.get(key), new.get(key))
        for key in dict.fromkeys([*new, *old])
        if old.get(key) != new.get(key)
    ]
    return Diff(
        before=before.name if before else None,
        after=after.name,
        guides=tuple(change for change in changes if _says_something(change)),
    )


def renamed_problems(before: Snapshot | None, guides: Sequence[Guide]) -> dict[str, str]:
    """Return the new names of renamed problems of the live snapshot and of earlier ones.

    Names are "guide#anchor".
    """
    if before is None:
        return {}
    old = _editions(before)
    now = {_name(guide.info, section) for guide in guides for section in guide.sections}
    newly: dict[str, str] = {}
    for guide in guides:
        edition = old.get((guide.info.id, guide.info.language))
        if edition is None or edition.info.sha256 == guide.info.sha256:
            continue
        language, sections = guide.info.language, edition.sections()
        texts = [
            [_text(section, language) for section in some] for some in (sections, guide.sections)
        ]
        for new, was in _twins(sections, guide.sections, *texts).items():
            name = _name(guide.info, sections[was])
            if name not in now:
                newly[name] = _name(guide.info, guide.sections[new])
    followed = {name: newly.get(to, to) for name, to in before.manifest.renamed.items()}
    return {name: to for name, to in (followed | newly).items() if to in now and name not in now}


def _name(guide: GuideInfo, section: Section) -> str:
    return f"{guide.id}#{section.problem or section.anchor}"


@dataclass(frozen=True)
class _Edition:
    """A guide's edition in serialized form, so that few need parsing for a comparison."""

    info: GuideInfo
    written: Sequence[str]
    rows: range = field(compare=False)
    snapshot: Snapshot = field(compare=False)

    def sections(self) -> list[Section]:
        return [self.snapshot.section(row).section for row in self.rows]


def _editions(snapshot: Snapshot) -> dict[tuple[str, str], _Edition]:
    """Return the editions by guide id and language."""
    found: dict[tuple[str, str], _Edition] = {}
    first = 0
    for info, written in zip(snapshot.guides, snapshot.sections_as_written(), strict=True):
        rows = range(first, first + len(written))
        found[info.id, info.language] = _Edition(info, written, rows, snapshot)
        first = rows.stop
    return found


def _guide(before: _Edition | None, after: _Edition | None) -> GuideChange:
    there = after or before
    assert there is not None
    info = there.info
    kind = (
        ChangeKind.CHANGED
        if before and after
        else ChangeKind.ADDED
        if after
        else ChangeKind.REMOVED
    )
    old, new = before.sections() if before else [], after.sections() if after else []
    return GuideChange(
        kind=kind,
        id=info.id,
        language=info.language,
        title=info.title,
        fields=tuple(_fields(before.info, after.info)) if before and after else (),
        sections=tuple(_sections(old, new, info.language)),
    )


def _says_something(change: GuideChange) -> bool:
    """Whether more than line numbers and checksums changed."""
    return change.kind is not ChangeKind.CHANGED or bool(change.fields or change.sections)


def _fields(before: GuideInfo, after: GuideInfo) -> Iterator[FieldChange]:
    for name in _FIELDS:
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old != new:
            yield FieldChange(name=name, before=_shown(old), after=_shown(new))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(each) for each in value)
    return "" if value is None else str(value)


def _sections(
    old: Sequence[Section], new: Sequence[Section], language: str
) -> Iterator[SectionChange]:
    texts_old = [_text(section, language) for section in old]
    texts_new = [_text(section, language) for section in new]
    twin = _twins(old, new, texts_old, texts_new)
    stayed = _stayed([twin[n] for n in range(len(new)) if n in twin])
    for n, section in enumerate(new):
        if n not in twin:
            yield _whole(ChangeKind.ADDED, section, texts_new[n])
            continue
        before = old[twin[n]]
        edited = tuple(_edits(texts_old[twin[n]], texts_new[n]))
        under = before.path[:-1] != section.path[:-1] and before.heading == section.heading
        kinds = [
            *([ChangeKind.RENAMED] if before.heading != section.heading else []),
            *([ChangeKind.MOVED] if twin[n] not in stayed or under else []),
            *([ChangeKind.CHANGED] if edited else []),
        ]
        if kinds:
            yield SectionChange(
                kinds=tuple(kinds),
                anchor=section.anchor,
                heading=section.heading,
                before=before.heading if before.heading != section.heading else None,
                sentences=edited,
            )
    kept = set(twin.values())
    for n, section in enumerate(old):
        if n not in kept:
            yield _whole(ChangeKind.REMOVED, section, texts_old[n])


def _whole(kind: ChangeKind, section: Section, text: Sequence[str]) -> SectionChange:
    words = tuple((TextRun(kind=kind, text=sentence),) for sentence in text)
    return SectionChange(
        kinds=(kind,), anchor=section.anchor, heading=section.heading, sentences=words
    )


def _twins(
    old: Sequence[Section],
    new: Sequence[Section],
    texts_old: Sequence[list[str]],
    texts_new: Sequence[list[str]],
) -> dict[int, int]:
    """Match new sections to old ones; return the old index by the new one.

    They are matched by anchor, then by similarity, the most similar first.
    """
    by_anchor = {section.anchor: number for number, section in enumerate(old)}
    twin = {n: by_anchor[s.anchor] for n, s in enumerate(new) if s.anchor in by_anchor}
    left = set(range(len(old))) - set(twin.values())
    alike = [
        (ratio, n, o)
        for n in range(len(new))
        if n not in twin
        for o in left
        if (ratio := _likeness(texts_old[o], texts_new[n])) >= _SAME_SECTION
    ]
    for _, n, o in sorted(alike, reverse=True):
        if n not in twin and o in left:
            twin[n] = o
            left.remove(o)
    return twin


def _stayed(numbers: Sequence[int]) -> set[int]:
    """Return the numbers that kept their relative order."""
    matcher = difflib.SequenceMatcher(None, sorted(numbers), list(numbers), autojunk=False)
    return {
        numbers[block.b + i] for block in matcher.get_matching_blocks() for i in range(block.size)
    }


def _likeness(before: Sequence[str], after: Sequence[str]) -> float:
    if before == after:
        return 1.0
    matcher = difflib.SequenceMatcher(None, "\n".join(before), "\n".join(after), False)
    # The two upper bounds are fast, and most pairs have nothing in common.
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio)
    return 0.0 if any(bound() < _SAME_SECTION for bound in bounds) else matcher.ratio()


def _text(section: Section, language: str) -> list[str]:
    """Return a section's sentences and its metadata, one item per line."""
    return [
        *(line for block in section.blocks for line in _lines(block, language)),
        *(f"also_asked: {question}" for question in section.also_asked),
        *(f"keyword: {keyword}" for keyword in section.keywords),
        *([f"title: {section.title}"] if section.title else []),
        *(f"draft: {text}" for text in _drafted(section)),
    ]


def _drafted(section: Section) -> tuple[str, ...]:
    drafts = section.drafts
    return (*drafts.also_asked, *drafts.keywords) if drafts else ()


def _lines(block: Block, language: str) -> Iterator[str]:
    for line in block.text.split("\n"):
        if block.kind in (BlockKind.CODE, BlockKind.TABLE):
            yield line
        else:
            yield from (part.strip() for part in sentences(line, language) if part.strip())
    for child in block.children:
        yield from _lines(child, language)


def _edits(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[TextRun, ...]]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = list(before[a:b]), list(after[c:d])
        for sentence in old:
            near = difflib.get_close_matches(sentence, new, 1, _SAME_SENTENCE)
            if near:
                new.remove(near[0])
                yield tuple(_words(sentence, near[0]))
            else:
                yield (TextRun(kind=ChangeKind.REMOVED, text=sentence),)
        for sentence in new:
            yield (TextRun(kind=ChangeKind.ADDED, text=sentence),)


def _words(before: str, after: str) -> Iterator[TextRun]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag == "equal":
            yield TextRun(kind=ChangeKind.SAME, text="".join(new[c:d]))
            continue
        if a < b:
            yield TextRun(kind=ChangeKind.REMOVED, text="".join(old[a:b]))
        if c < d:
            yield TextRun(kind=ChangeKind.ADDED, text="".join(new[c:d]))
