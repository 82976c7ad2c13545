"""Which sections answer the subjects of the phrasebook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kb.model import Guide, Phrase, Section
from kb.retrieval.concepts import WordTable, concepts_in
from kb.retrieval.phrasebook import subjects

# A subject that more sections seem to answer tells none of them from the others.
_MOST_SECTIONS = 3

# A phrase that names one of them speaks of no guide that does not.
_PRODUCTS = re.compile(r"\b(?:AWS|IAM|Amazon)\b", re.IGNORECASE)


class Found(NamedTuple):
    """A phrase, its language (ISO 639-1), and what it says for or against sections.

    Phrases of one kind are of the same subject and name the same products.
    """

    text: str
    language: str
    phrase: Phrase


@dataclass(frozen=True)
class _Row:
    """A section by its row in the snapshot, with its guide's number."""

    number: int
    guide: int
    section: Section


def find_phrases(guides: Sequence[Guide]) -> Iterator[Found]:
    """Yield the phrases that speak for or against a section, each once."""
    kinds: dict[tuple[str, frozenset[str]], int] = {}
    rows = list(_rows(guides))
    named = [set(concepts_in(_headings(row.section))) for row in rows]
    products = [_products(guide) for guide in guides]
    about = WordTable((subject.name, subject.about) for subject in subjects())
    treated = {name for row in rows for name in about.concepts_in(_headings(row.section))}
    for subject in subjects():
        answering = [
            row
            for row, concepts in zip(rows, named, strict=True)
            if subject.heading and concepts.issuperset(subject.heading)
        ]
        known = bool(answering) or subject.name in treated
        if _too_many(answering):
            answering = []
        for language, phrases in subject.phrases.items():
            for text in phrases:
                speaks_of = frozenset(name.lower() for name in _PRODUCTS.findall(text))
                kind = kinds.setdefault((subject.name, speaks_of), len(kinds))
                sections = tuple(r.number for r in answering if speaks_of <= products[r.guide])
                yield Found(text, language, Phrase(kind=kind, sections=sections, treated=known))


def _rows(guides: Sequence[Guide]) -> Iterator[_Row]:
    number = 0
    for position, guide in enumerate(guides):
        for section in guide.sections:
            yield _Row(number, position, section)
            number += 1


def _headings(section: Section) -> str:
    return "\n".join([*section.path, *section.keywords])


def _too_many(answering: Sequence[_Row]) -> bool:
    """Return whether a guide, in one of its editions, seems to answer a subject too often."""
    guides = [row.guide for row in answering]
    return any(guides.count(guide) > _MOST_SECTIONS for guide in set(guides))


def _products(guide: Guide) -> set[str]:
    text = "\n".join(
        [
            guide.info.title,
            *(section.heading for section in guide.sections),
            *(block.full_text for section in guide.sections for block in section.blocks),
        ]
    )
    return {name.lower() for name in _PRODUCTS.findall(text)}
