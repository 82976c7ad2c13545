"""What one edition of a guide says and its twin in another language does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from ingest.lint.finding import Finding
from ingest.lint.page import Page, all_blocks
from ingest.lint_options import Rule
from ingest.visibility import differences
from kb.model import Block, BlockKind, Section, Span
from kb.text.fold import normalised

_Terms = Callable[[Block], Iterator[str]]

_IDENTIFIER = re.compile(
    r"arn:[\w:/*${}.-]+|\$\{[^}]+\}|\b[a-z][a-z0-9-]*:[A-Z][A-Za-z]+\b|(?<![\w-])--[a-z][a-z0-9-]+"
    r"|\b[A-Z][a-z]+(?:[A-Z][a-z0-9]+)+\b|\b[A-Z]+(?:_[A-Z]+)+\b",
    re.ASCII,
)
_LATIN = re.compile(r"[A-Za-z][\x20-\x7e]+")
_DIGITS = re.compile(r"(?<![A-Za-z0-9_./:-])\d[\d,]*(?:\.\d+)?(?![A-Za-z0-9_/:-]|\.\d)")
_COMMENT = re.compile(r"(?:^|\s)(?:#|//)\s.*$")
_IN_WORDS = {
    "2": ("two", "both", "twice", "second", "二", "両"),
    "3": ("three", "third", "三"),
    "4": ("four", "fourth", "四"),
    "5": ("five", "fifth", "五"),
    "6": ("six", "sixth", "六"),
    "7": ("seven", "seventh", "a week", "七", "一週間", "1 週間", "1週間"),
    "8": ("eight", "八"),
    "9": ("nine", "九"),
    "10": ("ten", "十"),
    "12": ("twelve", "a dozen"),
    "24": ("a day", "one day", "1 日", "1日", "一日"),
    "60": ("an hour", "one hour", "1 時間", "1時間", "a minute", "one minute", "1 分", "1分"),
}
# Articles and the like: every text has them, spelled out or not at all.
_TOO_COMMON = {"0", "1"}
# Smaller numbers are often spelled out in one language only; chosen by hand.
_LARGE = 10
# How many terms a message names; chosen by hand.
_MAX_NAMED = 5


def editions(pages: Sequence[Page]) -> Iterator[tuple[Page, Page]]:
    """Yield the pairs of pages that are editions of one guide."""
    for one, other in combinations(pages, 2):
        a, b = one.guide.info, other.guide.info
        if a.id == b.id and a.language != b.language:
            yield one, other


def visibility_differences(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield the editions whose visibility is restricted by another edition."""
    files = {id(page.guide): page.source for page in pages}
    for guide, reason in differences([page.guide for page in pages]):
        yield Finding(rule=Rule.VISIBLE_TO, file=files[id(guide)], line=1, reason=reason)


def missing_twins(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield sections of an edition that another edition lacks, by anchor."""
    for one, other in editions(pages):
        ours = {section.anchor for section in one.guide.sections}
        if ours.isdisjoint(section.anchor for section in other.guide.sections):
            yield Finding(
                rule=Rule.MISSING_TWIN,
                file=other.source,
                line=1,
                reason=f"no section has an anchor that {one.source} has, so they cannot be "
                'matched: put the same <a name="..."></a> on both headings',
            )
            continue
        for here, there in ((one, other), (other, one)):
            known = {section.anchor for section in there.guide.sections}
            for section in here.guide.sections:
                if section.anchor not in known:
                    yield Finding(
                        rule=Rule.MISSING_TWIN,
                        file=here.source,
                        line=section.lines.first,
                        reason=f"{section.heading!r} ({section.anchor}) has no twin in "
                        f"{there.source}",
                    )


def twin_terms(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield sections whose editions differ in what is not translated.

    That is code and identifiers, numbers, and labels in Latin letters if the edition is in another
    script.
    """
    for one, other in editions(pages):
        twins = {section.anchor: section for section in other.guide.sections}
        for section in one.guide.sections:
            if twin := twins.get(section.anchor):
                for rule, terms in ((Rule.TWIN_CODE, _code), (Rule.TWIN_NUMBER, _numbers)):
                    yield from _differences(rule, terms, (one, section), (other, twin))
                yield from _labels(one, section, other, twin)


def _differences(
    rule: Rule, terms: _Terms, one: tuple[Page, Section], other: tuple[Page, Section]
) -> Iterator[Finding]:
    ours = _lacking(terms, one[1], other[1])
    theirs = _lacking(terms, other[1], one[1])
    if rule is Rule.TWIN_NUMBER and not (ours and theirs):
        # "Both kinds" here may be "the 2 kinds" there: small numbers depend on the wording.
        ours, theirs = _large(ours), _large(theirs)
    if not ours and not theirs:
        return
    if not ours:
        one, other, ours, theirs = other, one, theirs, ours
    (page, _), (twin_page, twin) = one, other
    there = f"{twin_page.source}:{twin.lines.first}"
    instead = f", which has {_listed(theirs)}" if theirs else ""
    yield Finding(
        rule=rule,
        file=page.source,
        line=next(iter(ours.values())),
        reason=f"{_listed(ours)} is not in the twin, {there}{instead}",
    )


def _labels(one: Page, section: Section, other: Page, twin: Section) -> Iterator[Finding]:
    for page, ours, twin_page, theirs in (
        (one, section, other, twin),
        (other, twin, one, section),
    ):
        # If both editions use Latin letters, labels are translated.
        if not _is_wide(ours) or _is_wide(theirs):
            continue
        for label, line in _lacking(_latin_labels, ours, theirs).items():
            yield Finding(
                rule=Rule.TWIN_LABEL,
                file=page.source,
                line=line,
                reason=f"the label {label!r} is not in the twin, "
                f"{twin_page.source}:{theirs.lines.first}",
            )


def _lacking(terms: _Terms, section: Section, twin: Section) -> dict[str, int]:
    """Return the terms of a section that its twin lacks, with the first line of each."""
    there = normalised("\n".join(block.full_text for block in twin.blocks) + "\n" + twin.heading)
    found: dict[str, int] = {}
    for block in all_blocks(section.blocks):
        for term in terms(block):
            if not _is_in(term, there):
                found.setdefault(term, block.lines.first)
    return found


def _is_in(term: str, text: str) -> bool:
    if term.replace(".", "").isdigit():
        numbers = {match[0].replace(",", "") for match in _DIGITS.finditer(text)}
        words = _IN_WORDS.get(term, ())
        return term in numbers or any(word in text.casefold() for word in words)
    return term.casefold() in text.casefold()


def _large(numbers: dict[str, int]) -> dict[str, int]:
    return {number: line for number, line in numbers.items() if float(number) >= _LARGE}


def _code(block: Block) -> Iterator[str]:
    if block.kind is BlockKind.CODE:
        for line in block.text.split("\n"):
            if command := normalised(_COMMENT.sub("", line)):
                yield command
        return
    for span in block.spans:
        if span.code and len(span.text) > 1:
            yield normalised(span.text)
    for match in _IDENTIFIER.finditer(_prose(block)):
        yield match[0]


def _latin_labels(block: Block) -> Iterator[str]:
    for span in block.spans:
        text = normalised(span.text)
        if span.bold and not span.code and _LATIN.fullmatch(text):
            yield text


def _numbers(block: Block) -> Iterator[str]:
    if block.kind is not BlockKind.CODE:
        for match in _DIGITS.finditer(normalised(_prose(block))):
            if (number := match[0].replace(",", "")) not in _TOO_COMMON:
                yield number


def _prose(block: Block) -> str:
    def words(span: Span) -> str:
        return " " if span.code or span.href else span.text

    return block.text if block.rows else "".join(map(words, block.spans))


def _is_wide(section: Section) -> bool:
    text = "".join(block.full_text for block in section.blocks if block.kind is not BlockKind.CODE)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    # Names and commands in such a text are often Latin; chosen by hand.
    return wide > len(text) / 5


def _listed(terms: dict[str, int]) -> str:
    named = ", ".join(repr(term) for term in list(terms)[:_MAX_NAMED])
    return named + (f" and {len(terms) - _MAX_NAMED} more" if len(terms) > _MAX_NAMED else "")
